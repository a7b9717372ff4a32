package dev.culvert.tunnel.peer;

import dev.culvert.tunnel.cluster.ClusterMap.Holder;
import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnelprotocol.ForcedEnd;
import dev.culvert.tunnelprotocol.LinkSettings;
import dev.culvert.tunnelprotocol.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The connections between this replica and the others, in both directions. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
public final class Peers {
    /** All requests of a replica for another share one connection. */
    private static final int MAX_STREAMS = 100_000;

    private final PeerPass pass;
    private final PeerMeter meter;
    private final LinkSettings settings;
    private final EventLoopGroup eventLoops;
    private final Supplier<List<Member>> replicas;
    private final PeerGate gate;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ConcurrentHashMap<String, PeerLink> links = new ConcurrentHashMap<>();

    /**
     * @param link sizes and times of the connections
     * @param eventLoops must be of the kind that fits this machine: epoll where there is one
     * @param replicas the others that live
     */
    public Peers(
            PeerPass pass,
            PeerMeter meter,
            LinkSettings link,
            EventLoopGroup eventLoops,
            Supplier<List<Member>> replicas,
            SessionRegistry registry,
            Admission admission,
            MemoryBudget memory) {
        this.pass = pass;
        this.meter = meter;
        this.settings = new LinkSettings(
                link.streamWindowBytes(),
                link.connectionWindowBytes(),
                MAX_STREAMS,
                link.pingInterval(),
                link.suspectAfter(),
                link.closeAfter());
        this.eventLoops = eventLoops;
        this.replicas = replicas;
        this.gate = new PeerGate(
                pass, settings, new PeerRequest.Shared(registry, admission, memory, settings.streamWindowBytes()));
    }

    /** Where other replicas come in. */
    public PeerGate gate() {
        return gate;
    }

    /**
     * A request for a tunnel that another replica holds.
     *
     * @param name under which the caller asked for the tunnel
     * @param token the caller's, empty where the tunnel asks for none
     * @param head for the agent, complete
     * @param endOfRequest whether no body follows
     */
    public record Passed(String name, Optional<String> token, Http2Headers head, boolean endOfRequest) {
        /** This request, for one agent process and no other. */
        public Passed onlyTo(String agentInstance) {
            Http2Headers addressed = new DefaultHttp2Headers(false);
            addressed.add(head);
            addressed.set(PeerProtocol.AGENT, agentInstance);
            return new Passed(name, token, addressed, endOfRequest);
        }
    }

    /**
     * Passes a request to another replica. The body must wait until it is accepted. Exactly one of the two is told, on an
     * event loop.
     *
     * @param answer reads the stream once the request is accepted
     * @param accepted gets the stream
     * @param refused hears why not
     */
    public void pass(
            Holder holder,
            Passed request,
            ChannelHandler answer,
            Consumer<Http2StreamChannel> accepted,
            Consumer<PeerOutcome> refused) {
        PeerAnswer first = new PeerAnswer(
                answer,
                stream -> {
                    meter.count(PeerOutcome.ACCEPTED);
                    accepted.accept(stream);
                },
                why -> {
                    meter.count(why);
                    refused.accept(why);
                });
        link(holder.member()).open(first).addListener(opened -> {
            if (opened.isSuccess()) {
                ((Http2StreamChannel) opened.getNow())
                        .writeAndFlush(new DefaultHttp2HeadersFrame(head(holder, request), request.endOfRequest()));
            } else {
                meter.count(PeerOutcome.UNREACHABLE);
                refused.accept(PeerOutcome.UNREACHABLE);
            }
        });
    }

    /**
     * Passes a poll on to the replica that has its link; exactly one of the two is told, on the event loop.
     *
     * @param body is released
     * @param answered gets the answer, which is its own to release
     * @param failed hears why that replica was not reached
     * @return the connection, to be closed when nobody waits any more
     */
    public Channel passPoll(
            Member member,
            EventLoop eventLoop,
            HttpRequest request,
            ByteBuf body,
            Consumer<FullHttpResponse> answered,
            Consumer<Throwable> failed) {
        return PollHop.pass(member, pass.issue(member.name()), eventLoop, request, body, answered, failed);
    }

    private static Http2Headers head(Holder holder, Passed request) {
        Http2Headers head = new DefaultHttp2Headers(false);
        head.add(request.head());
        head.set(PeerProtocol.TUNNEL_ID, holder.lease().tunnelId().toString());
        String endpoint = holder.lease().endpoint();
        if (endpoint != null) {
            head.set(PeerProtocol.ENDPOINT, endpoint);
        }
        head.set(PeerProtocol.TUNNEL_NAME, URLEncoder.encode(request.name(), StandardCharsets.UTF_8));
        request.token().ifPresent(token -> head.set(PeerProtocol.CALLER_TOKEN, token));
        return head;
    }

    private PeerLink link(Member member) {
        PeerLink known = links.get(member.name());
        if (known != null && known.leadsTo(member)) {
            return known;
        }
        forgetGone(member);
        return links.compute(member.name(), (_, before) -> {
            if (before != null && before.leadsTo(member)) {
                return before;
            }
            if (before != null) {
                before.retire();
            }
            return new PeerLink(
                    member,
                    pass,
                    settings,
                    eventLoops.next(),
                    Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class,
                    connections);
        });
    }

    /** Replicas come under ever new names where nothing else is wanted of them, and would be remembered for ever. */
    private void forgetGone(Member wanted) {
        Set<String> living = replicas.get().stream().map(Member::name).collect(Collectors.toSet());
        links.forEach((name, link) -> {
            if (!living.contains(name) && !name.equals(wanted.name()) && links.remove(name, link)) {
                link.retire();
            }
        });
    }

    /** Replicas to which there was a connection and that are not forgotten. */
    int links() {
        return links.size();
    }

    /**
     * Tells other replicas that the connections to them end. Blocks.
     *
     * @param grace how long to wait until they have
     */
    public void close(Duration grace) throws InterruptedException {
        links.values().forEach(PeerLink::close);
        connections.newCloseFuture().await(grace.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the connections to other replicas without a word. */
    public void end() {
        connections.forEach(ForcedEnd::of);
    }
}
