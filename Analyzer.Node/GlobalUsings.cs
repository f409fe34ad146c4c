// Below the namespace Analyzer.Node the word Node means that namespace; this is the graph's node.
global using TopologyNode = global::Topology.Fabric.Model.Node;
