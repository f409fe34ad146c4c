using System.Reflection;

namespace Compat.Surface.Tests;

/// <summary>An assembly's public surface, a line for each type and member, written as the lists of the packages are.</summary>
internal static class ApiLines
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static IEnumerable<Type> VisibleTypes(Assembly assembly) => assembly.GetTypes().Where(IsVisible);

    /// <summary>"Name : kind", and the base class and interfaces.</summary>
    public static (string Name, string Kind, string[] Bases) TypeLine(Type type)
    {
        var isDelegate = typeof(Delegate).IsAssignableFrom(type);
        var kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? "struct"
            : isDelegate ? "delegate"
            : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        var bases = new List<string>();
        if (type.BaseType is { } parent && parent != typeof(object) && !type.IsEnum && !type.IsValueType && !isDelegate)
            bases.Add(Name(parent));
        if (!type.IsEnum)
            bases.AddRange(type.GetInterfaces().Where(i => i.IsPublic || i.IsNestedPublic).Select(Name));
        return (Name(type), kind, [.. bases]);
    }

    public static IEnumerable<string> MemberLines(Type type)
    {
        var owner = Name(type);
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{owner}.{name} = {Convert.ToInt64(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture)}");
        return type.GetConstructors(Declared).Where(IsVisible).Select(c => $"{owner}({string.Join(", ", c.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}"))}) [{(c.IsPublic ? "public" : "protected")}]")
            .Concat(type.GetMethods(Declared).Where(m => IsVisible(m) && !IsAccessor(m) && !m.Name.Contains('<')).Select(m => Method(owner, m)))
            .Concat(type.GetProperties(Declared).Where(p => IsVisible(p.GetMethod) || IsVisible(p.SetMethod)).Select(p => Property(owner, p)))
            .Concat(type.GetEvents(Declared).Where(e => IsVisible(e.AddMethod)).Select(e => $"{owner}.{e.Name} event -> {Name(e.EventHandlerType!)}"))
            .Concat(type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly).Select(f => $"{owner}.{f.Name} field -> {Name(f.FieldType)}{(f.IsStatic ? " [static]" : "")}"));
    }

    private static string Method(string owner, MethodInfo method)
    {
        var generics = method.IsGenericMethod ? $"<{string.Join(",", method.GetGenericArguments().Select(Name))}>" : "";
        var parameters = method.GetParameters().Select(p => $"{(p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")}{Name(p.ParameterType)} {p.Name}{(p.IsOptional ? "?" : "")}");
        return $"{owner}.{method.Name}{generics}({string.Join(", ", parameters)}) -> {Name(method.ReturnType)} [{Modifiers(method)}]";
    }

    private static string Property(string owner, PropertyInfo property)
    {
        var get = IsVisible(property.GetMethod);
        var accessor = get ? property.GetMethod! : property.SetMethod!;
        return $"{owner}.{property.Name} {{{(get ? " get;" : "")}{(IsVisible(property.SetMethod) ? " set;" : "")} }} -> {Name(property.PropertyType)} [{Modifiers(accessor)}]";
    }

    private static string Modifiers(MethodBase method) =>
        (method.IsPublic ? "public" : "protected") + (method.IsStatic ? " static" : method.IsAbstract ? " abstract" : method.IsVirtual && !method.IsFinal ? " virtual" : "");

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName
        && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal)
            || method.Name.StartsWith("add_", StringComparison.Ordinal) || method.Name.StartsWith("remove_", StringComparison.Ordinal));

    private static bool IsVisible(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static bool IsVisible(Type type) =>
        type.IsPublic || (type.IsNested && (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!) + "&";
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsPointer)
            return Name(type.GetElementType()!) + "*";
        if (type.IsGenericParameter)
            return type.Name;
        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Namespace is null ? type.Name : $"{type.Namespace}.{type.Name}";
        return type.IsGenericType ? $"{WithoutArity(name)}<{string.Join(",", type.GetGenericArguments().Select(Name))}>" : name;
    }

    /// <summary>Foo`2 is Foo.</summary>
    private static string WithoutArity(string name) => string.Concat(name.Split('`').Select((part, i) => i == 0 ? part : part.TrimStart("0123456789".ToCharArray())));
}
