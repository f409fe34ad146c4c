using Shared.Messages.Flows;

namespace Shared.Messages.Tests.Flows;

public sealed class FlowBlockTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public void What_is_written_is_read_again(int count)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var rows = Rows(count, new Random(seed));
            var again = FlowBlock.Read(FlowBlock.Write(rows));
            Text(again).ShouldBe(Text(rows), $"seed {seed}");
        }
    }

    [Fact]
    public void Extremes_are_read_again()
    {
        var rows = new FlowRows();
        foreach (var value in (ulong[])[0, 1, ulong.MaxValue, 1UL << 63, (1UL << 63) - 1, 0x80, 0x7f, 5])
        {
            ref var row = ref rows.Add();
            foreach (var column in FlowColumns.All.Except(FlowColumns.Texts))
            {
                column.Set(ref row, value);
            }
        }

        Text(FlowBlock.Read(FlowBlock.Write(rows))).ShouldBe(Text(rows));
    }

    /// <summary>A part of the journal's format: blocks of this version are read for ever.</summary>
    [Fact]
    public void A_block_of_the_first_version_is_read()
    {
        const string block =
            "AbID+P8hAiQBmOqf7aycwOM7ztnizLvn3J8VAAAB5ZTUteXupqkt9/mNpsHOotZmAZ7o+Kb2mf6dUuuDuZ/Muc63AQEBBwAAAQIIAAMABAEFCQ"
            + "EGAAEACgEnGwH2hoCI9PUg692d3+fwKwHh+/Wil80/xfKXhY6xEQECAAGYpp/7vtqOrkMAAYvLy4gLxc/ZowoAAAH8hKKZD6yi6akOAAEB8PkB"
            + "AAGVxwIAAQBuAQCCJgHQqaf/2NL1u3Gk0fb4s5n2xlgBrASdBwEHCQGhwdmOvoPy+n7U/YzQ84nq0ysB9aS0n+pZ+pu7mbILAo6jmYCka8Pysb"
            + "K+iAIAAAGk6cjDAQAAAwEAAgECAQoRRXRoZXJuZXQvSVB2NC9UQ1AGbm9kZS0xAWMCaDEESVBWNgNVRFAVJwCSNi9VRFAvRE5TKwAQMCYA+iM0"
            + "BEVDSE8CACJyAggDyAEC8gEYCAdqFAoLZXhhbXBsZS5vcmcSAUEaAklOATZSEiIQMAEAHzE4AApQQRoCSU4=";
        var rows = new FlowRows();
        rows.Add(AnyFlow(new Random(1)));
        rows.Add(AnyFlow(new Random(2)));
        Text(FlowBlock.Read(Convert.FromBase64String(block))).ShouldBe(Text(rows));
    }

    [Fact]
    public void A_block_that_ends_early_is_refused_wherever_it_ends()
    {
        var block = FlowBlock.Write(Rows(20, new Random(1)));
        for (var length = 0; length < block.Length; length++)
        {
            Should.Throw<InvalidDataException>(() => FlowBlock.Read(block.AsSpan(0, length)), $"{length} of {block.Length} bytes");
        }
    }

    [Fact]
    public void A_later_versions_block_says_so()
    {
        var block = FlowBlock.Write(Rows(3, new Random(1)));
        block[0]++;
        Should.Throw<InvalidDataException>(() => FlowBlock.Read(block)).Message.ShouldContain("version 2");
    }

    [Fact]
    public void Whatever_the_bytes_are_it_is_read_or_refused()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var block = FlowBlock.Write(Rows(random.Next(6), random));
            for (var flips = random.Next(4); flips >= 0; flips--)
            {
                block[random.Next(block.Length)] = (byte)random.Next(256);
            }

            try
            {
                var rows = FlowBlock.Read(block);
                Text(rows).Count.ShouldBe(rows.Count);
            }
            catch (InvalidDataException)
            {
                // Refused, in words.
            }
        }
    }

    [Fact]
    public void A_row_says_what_the_message_says()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var flow = AnyFlow(new Random(seed));
            var rows = new FlowRows();
            rows.Add(flow);
            rows = FlowBlock.Read(FlowBlock.Write(rows));
            FlowRowMessages.ToFlow(rows[0], rows.Texts, rows.DetailsOf(0)).ShouldBe(flow, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData("g", "", "")]
    [InlineData("12345678901234567", "", "")]
    [InlineData("1", "02:00", "")]
    [InlineData("1", "", "10.0.0.256")]
    public void What_is_no_id_or_address_is_refused(string uuid, string mac, string address)
    {
        var flow = new Flow { Uuid = uuid };
        if (mac.Length > 0)
        {
            flow.Link = new FlowLayer { A = mac, B = mac };
        }

        if (address.Length > 0)
        {
            flow.Network = new FlowLayer { A = address, B = address };
        }

        Should.Throw<InvalidDataException>(() => new FlowRows().Add(flow));
    }

    [Fact]
    public void Usual_updates_take_fewer_than_forty_bytes()
    {
        var random = new Random(3);
        var rows = new FlowRows();
        for (var i = 0; i < 500; i++)
        {
            // Clients of many ports and hosts, few servers.
            var packets = random.Next(1, 200);
            var start = 1_700_000_000_000 + random.Next(60_000);
            rows.Add(new Flow
            {
                Uuid = FlowForms.Id((ulong)random.NextInt64()),
                TrackingId = FlowForms.Id((ulong)random.NextInt64()),
                L3TrackingId = FlowForms.Id((ulong)random.NextInt64()),
                LayersPath = "Ethernet/IPv4/TCP",
                Application = "HTTPS",
                NodeTid = "98ae2b11-9e72-5c2d-b2ed-dfe354fb1825",
                CaptureId = "cap",
                Host = "agent1",
                Link = new FlowLayer { Protocol = "ETHERNET", A = "02:00:00:00:00:01", B = "02:00:00:00:00:02" },
                Network = new FlowLayer { Protocol = "IPV4", A = $"10.0.{random.Next(4)}.{random.Next(256)}", B = $"192.168.0.{random.Next(8)}" },
                Transport = new TransportLayer { Protocol = "TCP", A = random.Next(32768, 61000), B = 443 },
                Metric = new FlowMetric { AbPackets = packets, AbBytes = packets * random.Next(60, 200), BaPackets = packets, BaBytes = packets * random.Next(60, 1500) },
                Start = start,
                Last = start + random.Next(5000),
            });
        }

        (FlowBlock.Write(rows).Length / (double)rows.Count).ShouldBeLessThan(40);
    }

    internal static FlowRows Rows(int count, Random random)
    {
        var rows = new FlowRows();
        for (var i = 0; i < count; i++)
        {
            rows.Add(AnyFlow(random));
            rows[i].Quiet = random.Next(100);
        }

        return rows;
    }

    internal static Flow AnyFlow(Random random)
    {
        var flow = new Flow
        {
            Uuid = FlowForms.Id((ulong)random.NextInt64(1, long.MaxValue)),
            ParentUuid = random.Next(3) == 0 ? FlowForms.Id((ulong)random.NextInt64()) : "",
            TrackingId = FlowForms.Id((ulong)random.NextInt64()),
            L3TrackingId = FlowForms.Id((ulong)random.NextInt64()),
            LayersPath = random.Next(2) == 0 ? "Ethernet/IPv4/TCP" : "Ethernet/IPv6/UDP/DNS",
            Application = random.Next(3) == 0 ? "" : "TCP",
            NodeTid = $"node-{random.Next(5)}",
            CaptureId = "c",
            Host = $"h{random.Next(2)}",
            Start = random.NextInt64(0, 4_000_000_000_000),
            Last = random.NextInt64(0, 4_000_000_000_000),
            RttNs = random.Next(2) * random.NextInt64(0, 1_000_000_000),
            FinishType = (FinishType)random.Next(4),
            SamplingRate = (uint)random.Next(3),
            RawPacketsCaptured = random.Next(3),
        };
        flow.Metric = new FlowMetric
        {
            AbPackets = random.NextInt64(),
            AbBytes = random.Next(1000),
            BaPackets = random.Next(10),
            BaBytes = random.NextInt64(),
            Start = flow.Start,
            Last = flow.Last,
            Rtt = flow.RttNs,
        };
        if (random.Next(4) > 0)
        {
            flow.Link = new FlowLayer { Protocol = "ETHERNET", A = FlowForms.Mac((ulong)random.NextInt64(1L << 48)), B = FlowForms.Mac((ulong)random.NextInt64(1L << 48)), Id = random.Next(3) };
        }

        if (random.Next(4) > 0)
        {
            var isIPv6 = random.Next(2) == 0;
            flow.Network = new FlowLayer
            {
                Protocol = isIPv6 ? "IPV6" : "IPV4",
                Id = random.NextInt64(-2, 3),
                A = FlowForms.Address(isIPv6, isIPv6 ? (ulong)random.NextInt64() : 0, (ulong)random.NextInt64(1L << 32)),
                B = FlowForms.Address(isIPv6, 0, (ulong)random.NextInt64(1L << 32)),
            };
        }
        else if (random.Next(2) == 0)
        {
            flow.Network = new FlowLayer { Protocol = "MPLS", Id = 77 };
        }

        if (random.Next(2) == 0)
        {
            flow.Transport = new TransportLayer { Protocol = random.Next(2) == 0 ? "TCP" : "UDP", A = random.Next(65536), B = random.Next(65536) };
        }
        else
        {
            flow.Icmp = new IcmpLayer { Type = "ECHO", Code = (uint)random.Next(256), Id = (uint)random.Next(65536) };
            if (random.Next(2) == 0)
            {
                flow.Icmp.About.Add("0000000000000001");
            }
        }

        if (random.Next(3) == 0)
        {
            flow.Dns = new Dns { Id = 7, Questions = { new DnsQuestion { Name = "example.org", Type = "A", Class = "IN" } } };
            flow.IpMetric = new IpMetric { Fragments = 3 };
            flow.OtherIcmpErrors = 2;
        }

        return flow;
    }

    private static List<string> Text(FlowRows rows) =>
    [
        .. Enumerable.Range(0, rows.Count).Select(i =>
        {
            var row = rows[i];
            return string.Join(' ', FlowColumns.All.Except(FlowColumns.Texts).Select(column => column.Get(row)).Append((ulong)(rows.DetailsOf(i)?.Length ?? 0)))
                + string.Join('|', FlowColumns.Texts.Select(column => rows.Texts[(int)column.Get(row)]));
        }),
    ];
}
