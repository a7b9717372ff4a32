package dev.culvert.agent.connect;

import dev.culvert.agent.forward.Forwarding;
import dev.culvert.tunnelprotocol.AgentHello;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Decides by its first frame what a stream is: the service's control stream, answered here, or a caller's request. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class ControlStream extends ChannelInboundHandlerAdapter {
    private static final JsonFactory JSON = new JsonFactory();

    private final AgentHello hello;
    private final Consumer<Notice> onNotice;
    private final Forwarding forwarding;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private ControlStream(AgentHello hello, Consumer<Notice> onNotice, Forwarding forwarding) {
        this.hello = hello;
        this.onNotice = onNotice;
        this.forwarding = forwarding;
    }

    /**
     * Handler for all streams of a link.
     *
     * @param onNotice gets each line of the service; the first one says that requests may come
     */
    static ChannelInitializer<Channel> orRequest(AgentHello hello, Consumer<Notice> onNotice, Forwarding forwarding) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new ControlStream(hello, onNotice, forwarding));
            }
        };
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof Http2HeadersFrame head)) {
            read(message);
            return;
        }
        CharSequence protocol = head.headers().get(Http2Headers.PseudoHeaderName.PROTOCOL.value());
        if (protocol != null && TunnelProtocol.CONTROL.contentEquals(protocol)) {
            sayHello(ctx);
        } else {
            ctx.pipeline().addLast(forwarding.handlerFor(ctx.channel(), head));
            ctx.fireChannelRead(message);
            ctx.pipeline().remove(this);
        }
    }

    private void sayHello(ChannelHandlerContext ctx) {
        ctx.write(new DefaultHttp2HeadersFrame(
                new DefaultHttp2Headers().status(HttpResponseStatus.OK.codeAsText()), false));
        ctx.writeAndFlush(
                new DefaultHttp2DataFrame(Unpooled.copiedBuffer(toJson(hello) + "\n", StandardCharsets.UTF_8), false));
    }

    private void read(Object message) {
        try {
            if (message instanceof Http2DataFrame data) {
                data.content().forEachByte(next -> {
                    take(next);
                    return true;
                });
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void take(byte next) {
        if (next == '\n') {
            byte[] whole = line.toByteArray();
            line.reset();
            onNotice.accept(Notice.read(whole));
        } else if (line.size() < AgentHello.MAX_LINE_BYTES) {
            line.write(next);
        }
    }

    private static String toJson(AgentHello hello) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("version", hello.version());
            json.writeStringProperty("instance", hello.instance());
            json.writeNumberProperty("connection", hello.connection());
            json.writeStringProperty("endpoint", hello.endpoint());
            json.writeStringProperty("target", hello.target());
            json.writeEndObject();
        }
        return text.toString();
    }
}
