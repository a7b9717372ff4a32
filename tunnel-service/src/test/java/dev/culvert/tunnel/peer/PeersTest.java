package dev.culvert.tunnel.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.cluster.ClusterMap.Holder;
import dev.culvert.tunnel.cluster.Lease;
import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnel.peer.Peers.Passed;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.LinkSettings;
import dev.culvert.tunnelprotocol.MemoryBudget;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeersTest {
    private static final IoHandlerFactory IO =
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, IO);
    private final SessionRegistry registry = new SessionRegistry(_ -> {}, Clock.systemUTC());
    private volatile List<Member> living = List.of();
    private final Peers peers = new Peers(
            PeerPass.ofNobody("here", Clock.systemUTC()),
            new PeerMeter(),
            LinkSettings.DEFAULTS,
            loops,
            () -> living,
            registry,
            new Admission(
                    _ -> {
                        throw new IllegalStateException("Nobody calls");
                    },
                    (_, _) -> new Resolution.Unknown(),
                    Runnable::run,
                    System::nanoTime),
            new MemoryBudget(1 << 20));

    @AfterEach
    void stop() throws InterruptedException {
        peers.end();
        registry.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }

    /** Nothing listens on port 1 of this machine. */
    private static Member member(String name) {
        return new Member(name, UUID.randomUUID(), "127.0.0.1:1", "1", Instant.EPOCH, 1, 1, 0, 0, false);
    }

    private PeerOutcome pass(Member member) throws Exception {
        CompletableFuture<PeerOutcome> refused = new CompletableFuture<>();
        peers.pass(
                new Holder(member, new Lease(UUID.randomUUID(), UUID.randomUUID(), "agent", 0, 1, null)),
                new Passed("box", Optional.empty(), new DefaultHttp2Headers(), true),
                new ChannelInboundHandlerAdapter(),
                _ -> refused.complete(PeerOutcome.ACCEPTED),
                refused::complete);
        return refused.get(30, TimeUnit.SECONDS);
    }

    @Test
    void forgetsReplicasThatAreNoMore() throws Exception {
        List<Member> generations =
                IntStream.range(0, 5).mapToObj(i -> member("replica-" + i)).toList();
        for (Member only : generations) {
            living = List.of(only);
            assertThat(pass(only)).isEqualTo(PeerOutcome.UNREACHABLE);
        }

        assertThat(peers.links()).isEqualTo(1);

        living = List.of(generations.getFirst(), generations.getLast());
        assertThat(pass(generations.getFirst())).isEqualTo(PeerOutcome.UNREACHABLE);
        assertThat(peers.links()).isEqualTo(2);
    }
}
