using Agent.Node.Decoding;
using Agent.Node.Flows.Details;

namespace Agent.Node.Tests.Flows.Details;

public sealed class TcpStreamTests
{
    private const long Millisecond = 1_000_000;
    private const long RoundTrip = 10 * Millisecond;

    private readonly TcpStream _stream = new();
    private long _now = 1000 * Millisecond;

    [Theory]
    [InlineData(1000u)]
    [InlineData(uint.MaxValue - 150)]
    [InlineData(uint.MaxValue)]
    [InlineData((1u << 31) - 120)]
    public void A_stream_in_order_has_nothing_to_tell_but_its_size(uint initial)
    {
        Syn(initial);
        for (var i = 0u; i < 4; i++)
        {
            Data(unchecked(initial + 1 + (i * 100)), 100);
        }

        Fin(unchecked(initial + 401));
        Verdict().ShouldBe((0, 0, 0, 0));
        (_stream.Packets, _stream.Bytes, _stream.SawStart, _stream.SawEnd).ShouldBe((6, 400, true, true));
    }

    [Theory]
    [InlineData(1000u)]
    [InlineData(uint.MaxValue - 150)]
    public void A_segment_that_comes_behind_a_later_one_at_once_is_out_of_order(uint initial)
    {
        Syn(initial);
        Data(unchecked(initial + 101), 100);
        _stream.Skipped.ShouldBe(1);
        Data(unchecked(initial + 1), 100);
        Verdict().ShouldBe((1, 0, 0, 0));
        _stream.Bytes.ShouldBe(200);
    }

    [Fact]
    public void A_gap_filled_after_a_round_trip_was_a_loss_made_good()
    {
        Syn(0);
        Data(101, 100);
        _now += RoundTrip;
        Data(1, 100);
        Verdict().ShouldBe((0, 1, 0, 0));
        _stream.Bytes.ShouldBe(200);
    }

    [Fact]
    public void A_segment_seen_before_is_a_retransmission_and_its_bytes_count_once()
    {
        Syn(0);
        Data(1, 100);
        Data(1, 100);
        Data(51, 100);
        Verdict().ShouldBe((0, 2, 0, 0));
        (_stream.Packets, _stream.Bytes).ShouldBe((4, 150));
    }

    [Fact]
    public void A_gap_that_stays_is_skipped_with_its_bytes()
    {
        Syn(0);
        Data(1, 100);
        Data(301, 100);
        Data(601, 100);
        Verdict().ShouldBe((0, 0, 2, 400));
        Data(351, 100);
        Data(151, 50);
        Verdict().ShouldBe((2, 0, 3, 300));
    }

    [Fact]
    public void A_gap_only_an_acknowledgement_shows_counts_too()
    {
        Syn(0);
        Data(1, 100);
        Ack(201);
        Verdict().ShouldBe((0, 0, 1, 100));
    }

    [Fact]
    public void Keep_alives_and_acknowledgements_are_no_retransmissions()
    {
        Syn(0);
        Data(1, 100);
        Ack(101);
        Ack(100);
        Data(100, 1);
        Verdict().ShouldBe((0, 0, 0, 0));
        _stream.Bytes.ShouldBe(100);
    }

    [Fact]
    public void A_SYN_or_FIN_sent_again_is_a_retransmission_and_keeps_its_first_time()
    {
        Syn(5, timeToLive: 60);
        var syn = _stream.SynStart;
        Syn(5, timeToLive: 61);
        Fin(6);
        var fin = _stream.FinStart;
        Fin(6);
        Verdict().ShouldBe((0, 2, 0, 0));
        (_stream.SynStart, _stream.SynTimeToLive, _stream.FinStart).ShouldBe((syn, (byte)60, fin));
    }

    [Fact]
    public void Without_the_start_the_first_segment_seen_is_where_it_is_followed_from()
    {
        Data(5000, 100);
        Data(4900, 100);
        Data(5100, 100);
        Verdict().ShouldBe((1, 0, 0, 0));
        (_stream.SawStart, _stream.Bytes).ShouldBe((false, 300));
    }

    [Fact]
    public void A_reset_ends_the_stream_and_its_number_says_nothing()
    {
        Syn(0);
        Data(1, 10);
        Add(new TcpSegment(_now, 900_000, TcpHeader.Rst, 0, 64));
        Verdict().ShouldBe((0, 0, 0, 0));
        (_stream.RstStart, _stream.SawEnd).ShouldBe((_now - Millisecond, true));
    }

    [Fact]
    public void A_number_further_off_than_any_window_starts_anew()
    {
        Syn(0);
        Data(1, 10);
        Data(0x7000_0000, 10);
        Data(0x7000_000a, 10);
        Verdict().ShouldBe((0, 0, 0, 0));
        _stream.Bytes.ShouldBe(30);
    }

    [Fact]
    public void More_gaps_than_are_kept_stay_counted()
    {
        Syn(0);
        for (var i = 0u; i < 20; i++)
        {
            Data(101 + (i * 200), 100);
        }

        Verdict().ShouldBe((0, 0, 20, 2000));
    }

    [Fact]
    public void A_sample_counts_for_all_and_says_nothing_about_order()
    {
        _stream.Add(new TcpSegment(_now, 1000, TcpHeader.Ack, 100, 64), RoundTrip, 10);
        _stream.Add(new TcpSegment(_now, 500, TcpHeader.Ack, 100, 64), RoundTrip, 10);
        Verdict().ShouldBe((0, 0, 0, 0));
        (_stream.Packets, _stream.Bytes).ShouldBe((20, 2000));
    }

    [Fact]
    public void What_came_and_what_is_missing_make_up_the_stream_in_any_order()
    {
        var random = new Random(17);
        for (var round = 0; round < 3000; round++)
        {
            var initial = round % 3 == 0 ? uint.MaxValue - (uint)random.Next(2000) : (uint)random.NextInt64(1L << 32);
            var stream = new TcpStream();
            stream.Add(new TcpSegment(1, initial, TcpHeader.Syn, 0, 64), RoundTrip, 1);
            var seen = new bool[4000];
            var end = 0;
            var late = 0;
            var gaps = 0;
            for (var segments = random.Next(1, 40); segments > 0; segments--)
            {
                var start = Math.Clamp(end + random.Next(-400, 200), 0, seen.Length - 100);
                var length = random.Next(2, 100);
                if (start < end)
                {
                    late++;
                }

                seen.AsSpan(start, length).Fill(true);
                end = Math.Max(end, start + length);
                stream.Add(new TcpSegment(2, unchecked(initial + 1 + (uint)start), TcpHeader.Ack, length, 64), RoundTrip, 1);
                gaps = Math.Max(gaps, CountGaps(seen, end));
            }
            (stream.Bytes + stream.SkippedBytes).ShouldBe(end);
            (stream.OutOfOrder + stream.Retransmitted).ShouldBe(late);
            if (gaps > TcpStream.MaximumGaps)
            {
                continue;
            }

            stream.Bytes.ShouldBe(seen.Count(byteSeen => byteSeen));
            stream.Skipped.ShouldBe(CountGaps(seen, end));
        }
    }

    private static int CountGaps(bool[] seen, int end) => Enumerable.Range(0, end).Count(i => !seen[i] && (i == 0 || seen[i - 1]));

    private (long OutOfOrder, long Retransmitted, long Skipped, long SkippedBytes) Verdict() =>
        (_stream.OutOfOrder, _stream.Retransmitted, _stream.Skipped, _stream.SkippedBytes);

    private void Syn(uint sequence, byte timeToLive = 64) => Add(new TcpSegment(_now, sequence, TcpHeader.Syn, 0, timeToLive));

    private void Fin(uint sequence) => Add(new TcpSegment(_now, sequence, TcpHeader.Fin | TcpHeader.Ack, 0, 64));

    private void Ack(uint sequence) => Add(new TcpSegment(_now, sequence, TcpHeader.Ack, 0, 64));

    private void Data(uint sequence, int length) => Add(new TcpSegment(_now, sequence, TcpHeader.Ack, length, 64));

    private void Add(TcpSegment segment)
    {
        _stream.Add(segment, RoundTrip, 1);
        _now += Millisecond;
    }
}
