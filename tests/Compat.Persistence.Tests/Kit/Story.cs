using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace Compat.Persistence.Tests.Kit;

/// <summary>The event of the tests.</summary>
public sealed record Said(string Text);

/// <summary>Their snapshot.</summary>
public sealed record Story(string Text);

/// <summary>An event that no serializer takes.</summary>
public sealed record Unspeakable(string Text);

/// <summary>Serializes the tests' events; refuses the unspeakable.</summary>
public sealed class StorySerializer : SerializerWithStringManifest
{
    public const string Hocon = """
        akka.actor {
          serializers.story = "Compat.Persistence.Tests.Kit.StorySerializer, Compat.Persistence.Tests"
          serialization-bindings {
            "Compat.Persistence.Tests.Kit.Said, Compat.Persistence.Tests" = story
            "Compat.Persistence.Tests.Kit.Story, Compat.Persistence.Tests" = story
            "Compat.Persistence.Tests.Kit.Unspeakable, Compat.Persistence.Tests" = story
          }
        }
        """;

    public StorySerializer(ExtendedActorSystem system) : base(system)
    {
    }

    public override int Identifier => 9001;

    public override string Manifest(object o) => o switch
    {
        Said => "said",
        Story => "story",
        _ => "?",
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Said said => Encoding.UTF8.GetBytes(said.Text),
        Story story => Encoding.UTF8.GetBytes(story.Text),
        _ => throw new ArgumentException($"{obj} can't be put into words."),
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "said" => new Said(Encoding.UTF8.GetString(bytes)),
        "story" => new Story(Encoding.UTF8.GetString(bytes)),
        _ => throw new ArgumentException($"Manifest [{manifest}] is unknown."),
    };
}
