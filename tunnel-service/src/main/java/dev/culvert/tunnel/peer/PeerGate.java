package dev.culvert.tunnel.peer;

import dev.culvert.tunnel.peer.PeerPass.Accepted;
import dev.culvert.tunnel.peer.PeerPass.Issued;
import dev.culvert.tunnelprotocol.CloseReason;
import dev.culvert.tunnelprotocol.Link;
import dev.culvert.tunnelprotocol.LinkListener;
import dev.culvert.tunnelprotocol.LinkSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets other replicas in, and takes their requests over. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
public final class PeerGate implements LinkListener {
    private static final Logger log = LoggerFactory.getLogger(PeerGate.class);

    private final PeerPass pass;
    private final LinkSettings settings;
    private final PeerRequest.Shared shared;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    PeerGate(PeerPass pass, LinkSettings settings, PeerRequest.Shared shared) {
        this.pass = pass;
        this.settings = settings;
        this.shared = shared;
    }

    /** Whether a request says that it is another replica's. */
    public static boolean isFor(HttpRequest request) {
        return request.uri().equals(PeerProtocol.PATH)
                && request.headers().contains(HttpHeaderNames.UPGRADE, PeerProtocol.UPGRADE, true);
    }

    /** What a replica asks for the proof of another one; with an upgrade in it, for a link as well. */
    static FullHttpRequest question(String address, Issued issued) {
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, PeerProtocol.PATH);
        request.headers().set(HttpHeaderNames.HOST, address).set(HttpHeaderNames.AUTHORIZATION, issued.authorization());
        return request;
    }

    /** Whether a request asks who this is, to say on the same connection what only a replica may hear. */
    public static boolean isQuestion(HttpRequest request) {
        return request.uri().equals(PeerProtocol.PATH) && !isFor(request);
    }

    /** The proof that this is the replica that was asked for; empty for whoever is none. */
    public Optional<FullHttpResponse> prove(HttpRequest request) {
        return pass.accept(request.headers().get(HttpHeaderNames.AUTHORIZATION)).map(accepted -> {
            FullHttpResponse proof = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT);
            proof.headers().set(PeerProtocol.PROOF, accepted.proof());
            return proof;
        });
    }

    /**
     * Turns the connection of another replica into a link; its HTTP handlers but the codec are gone by now.
     *
     * @return false if it is none, and nothing was done
     */
    public boolean letIn(Channel channel, HttpRequest request) {
        Optional<Accepted> accepted = pass.accept(request.headers().get(HttpHeaderNames.AUTHORIZATION));
        if (accepted.isEmpty()) {
            log.atWarn()
                    .addKeyValue("client.address", String.valueOf(channel.remoteAddress()))
                    .log("Somebody without a good pass asked to be a replica");
            return false;
        }
        FullHttpResponse switching =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        switching
                .headers()
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.UPGRADE, PeerProtocol.UPGRADE)
                .set(PeerProtocol.PROOF, accepted.get().proof());
        channel.writeAndFlush(switching).addListener(written -> {
            if (written.isSuccess()) {
                // The other side says nothing before it has read the answer, so no byte is lost in between.
                channel.pipeline().remove(HttpServerCodec.class);
                links.add(Link.asPeerServer(channel, settings, this, new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline().addLast(new PeerRequest(shared, (Http2StreamChannel) stream));
                    }
                }));
                log.atInfo()
                        .addKeyValue("culvert.replica", accepted.get().from())
                        .log("Another replica is connected");
            } else {
                channel.close();
            }
        });
        return true;
    }

    @Override
    public void onClosed(Link link, LinkEnd end) {
        links.remove(link);
    }

    /** Takes no new requests of other replicas; those that run finish. */
    public void drain() {
        links.forEach(link -> link.drain(CloseReason.DRAINING));
    }
}
