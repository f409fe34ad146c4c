using Agent.Node.Capture;

namespace Agent.Node.Tests.Capture;

public sealed class SflowLossesTests
{
    private readonly SflowLosses _losses = new();

    [Fact]
    public void Each_exporter_and_each_part_of_one_has_numbers_of_its_own()
    {
        for (uint datagram = 0; datagram < 100; datagram++)
        {
            _losses.Count(Source(1), 1000 + datagram);
            _losses.Count(Source(2), 5 + datagram);
            _losses.Count(Source(1) with { SubAgent = 7 }, 90_000 + datagram);
            _losses.Count(Source(1) with { AddressType = 2 }, 3 + datagram);
        }

        _losses.Lost.ShouldBe(0);
        _losses.Count(Source(2), 115);
        _losses.Lost.ShouldBe(10);
    }

    [Fact]
    public void A_datagram_that_comes_late_was_no_loss_and_a_sender_that_starts_anew_has_none()
    {
        foreach (var sequence in new uint[] { 10, 12, 13, 11, 14 })
        {
            _losses.Count(Source(1), sequence);
        }

        _losses.Lost.ShouldBe(0);
        _losses.Count(Source(1), 5000);
        _losses.Lost.ShouldBe(4985);
        _losses.Count(Source(1), 1);
        _losses.Count(Source(1), 3);
        _losses.Lost.ShouldBe(4986);
    }

    [Fact]
    public void Numbers_go_round()
    {
        _losses.Count(Source(1), uint.MaxValue - 1);
        _losses.Count(Source(1), 2);
        _losses.Lost.ShouldBe(3);
    }

    [Fact]
    public void Of_more_exporters_than_are_known_the_ones_heard_last_are()
    {
        for (uint source = 0; source < 10 * SflowLosses.MostSources; source++)
        {
            _losses.Count(Source(source), 1);
            _losses.Count(Source(0), source);
        }

        _losses.Lost.ShouldBe(0);
        _losses.Count(Source(0), (10 * SflowLosses.MostSources) + 4);
        _losses.Lost.ShouldBe(4);
    }

    private static SflowSource Source(uint number) => new(number, 1, 0);
}
