package dev.culvert.gateway.routing;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.client.HttpClientInfos;

/**
 * Takes interim answers of services (102, 103; RFC 9110 §15.2) past Reactor Netty's client, which would hold the first one for the
 * whole answer and the final one for a fault. They go to the client of the call at once (see {@link InterimSender}) and nowhere
 * else: neither the cache nor those who have joined the call see them.
 */
final class InterimAnswers extends ChannelInboundHandlerAdapter {
    /** Whether what comes belongs to an interim answer. */
    private boolean interim;

    private InterimAnswers() {}

    /** Between the codec of a connection or stream and whatever reads from it. */
    static void lead(ChannelPipeline pipeline) {
        String codec = pipeline.get(NettyPipeline.HttpCodec) instanceof HttpClientCodec
                ? NettyPipeline.HttpCodec
                : NettyPipeline.H2ToHttp11Codec;
        if (pipeline.get(codec) != null) { // a connection of HTTP/2 has it in its streams
            pipeline.addAfter(codec, InterimAnswers.class.getSimpleName(), new InterimAnswers());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse answer) {
            interim = isInterim(answer.status());
            if (interim) {
                passOn(answer, context.channel());
            }
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

    /** The call on a connection tells whose it is; one that the gateway makes by itself has no client. */
    private static void passOn(HttpResponse answer, Channel service) {
        if (ChannelOperations.get(service) instanceof HttpClientInfos call) {
            call.currentContextView()
                    .<ServerHttpRequest>getOrEmpty(ServerHttpRequest.class)
                    .ifPresent(request -> InterimSender.send(answer, request));
        }
    }

    /** 100 answers {@code Expect} and 101 ends HTTP: those who ask for them know them. */
    static boolean isInterim(HttpResponseStatus status) {
        return status.codeClass() == HttpStatusClass.INFORMATIONAL
                && status.code() != HttpResponseStatus.CONTINUE.code()
                && status.code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
    }
}
