using System.Reflection;
using System.Runtime.CompilerServices;
using Agent.Node.Decoding;

namespace Agent.Node.Flows;

/// <summary>
/// Compiles what every packet goes through before the first one comes: it isn't compiled with the program, for its best form
/// depends on the processor, and a short run would wait for it.
/// </summary>
internal static class HotPath
{
    private static readonly Type[] Types = [typeof(FlowEngine), typeof(PacketDecoder), typeof(FlowTable), typeof(TunnelDecoder), typeof(PacketOwners), typeof(TunnelDoubts)];

    /// <summary>On a thread of its own, where there's a processor for it.</summary>
    internal static void CompileAhead()
    {
        if (Environment.ProcessorCount > 1)
        {
            new Thread(Compile) { IsBackground = true, Name = "compilation" }.Start();
        }
    }

    private static void Compile()
    {
        KeyHash.Draw();
        foreach (var type in Types)
        {
            foreach (var method in type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            {
                if ((method.MethodImplementationFlags & MethodImplAttributes.AggressiveOptimization) != 0)
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
                }
            }
        }
    }
}
