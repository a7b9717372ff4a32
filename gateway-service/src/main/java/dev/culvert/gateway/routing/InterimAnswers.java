package dev.culvert.gateway.routing;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import reactor.netty.NettyPipeline;

/**
 * Keeps interim answers (102, 103; RFC 9110 §15.2) from the client of the services, which takes the first one for the whole
 * answer and the final one for a fault. They end here: clients of HTTP/1.1 that do not expect them are confused alike, and no
 * cache may keep them.
 */
final class InterimAnswers extends ChannelInboundHandlerAdapter {
    /** Whether what comes belongs to an interim answer. */
    private boolean interim;

    private InterimAnswers() {}

    /** Between the codec of a connection and whatever reads from it. */
    static void keepOut(ChannelPipeline pipeline) {
        ChannelHandler codec = pipeline.get(NettyPipeline.HttpCodec);
        if (codec != null) {
            pipeline.addAfter(NettyPipeline.HttpCodec, InterimAnswers.class.getSimpleName(), new InterimAnswers());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse answer) {
            interim = isInterim(answer.status());
        }
        if (!interim) {
            context.fireChannelRead(message);
            return;
        }
        if (message instanceof LastHttpContent) {
            interim = false;
            context.read(); // whoever waits has asked for one message and got none
        }
        ReferenceCountUtil.release(message);
    }

    /** 100 answers {@code Expect} and 101 ends HTTP: the client knows both. */
    private static boolean isInterim(HttpResponseStatus status) {
        return status.codeClass() == HttpStatusClass.INFORMATIONAL
                && status.code() != HttpResponseStatus.CONTINUE.code()
                && status.code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
    }
}
