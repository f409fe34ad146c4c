using System.Collections.Immutable;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Language;

/// <summary>One step as written: ".Has('Name', 'eth0')".</summary>
/// <param name="Name">As written; steps are known in any case.</param>
/// <param name="Column">Where its name begins, from 1.</param>
/// <param name="Arguments">What's in its parentheses.</param>
internal sealed record StepSyntax(string Name, int Column, ImmutableArray<ArgumentSyntax> Arguments);

/// <summary>One argument.</summary>
/// <param name="Column">Where it begins, from 1.</param>
internal abstract record ArgumentSyntax(int Column);

/// <summary>A text, a number, true or false.</summary>
internal sealed record LiteralSyntax(int Column, MetaValue Value) : ArgumentSyntax(Column);

/// <summary>A word (ASC, NOW) or a call (Regex('eth.*')).</summary>
internal sealed record CallSyntax(int Column, string Name, ImmutableArray<ArgumentSyntax>? Arguments) : ArgumentSyntax(Column);
