package dev.culvert.tunnel.ingress;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import org.jspecify.annotations.Nullable;

/**
 * The one difference between the streams of HTTP/2 and connections of HTTP/1.1: there, a head may itself be the end. Requests
 * are taken apart into head and end; an answer without a body becomes one message again, since a gRPC client takes a status
 * in a head that does not end the stream for a broken server.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class MessageParts extends ChannelDuplexHandler {
    private @Nullable HttpResponse head;
    private @Nullable ChannelPromise headWritten;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            // The codec's own notes, which are no headers of the caller.
            request.headers().remove(ExtensionHeaderNames.SCHEME.text()).remove(ExtensionHeaderNames.PATH.text());
        }
        if (message instanceof FullHttpRequest whole) {
            ctx.fireChannelRead(
                    new DefaultHttpRequest(whole.protocolVersion(), whole.method(), whole.uri(), whole.headers()));
            ctx.fireChannelRead(new DefaultLastHttpContent(whole.content()));
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        HttpResponse held = head;
        ChannelPromise heldWritten = headWritten;
        if (held != null && heldWritten != null) {
            head = null;
            headWritten = null;
            if (message instanceof LastHttpContent last
                    && !last.content().isReadable()
                    && last.trailingHeaders().isEmpty()) {
                writeWhole(ctx, held, last, heldWritten, promise);
                return;
            }
            ctx.write(held, heldWritten);
        }
        if (message instanceof HttpResponse response
                && !(message instanceof FullHttpResponse)
                && isWithoutBody(response)) {
            head = response;
            headWritten = promise;
        } else {
            ctx.write(message, promise);
        }
    }

    private static boolean isWithoutBody(HttpResponse response) {
        String length = response.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        return length == null ? !response.headers().contains(HttpHeaderNames.TRANSFER_ENCODING) : length.equals("0");
    }

    private static void writeWhole(
            ChannelHandlerContext ctx,
            HttpResponse head,
            LastHttpContent last,
            ChannelPromise headWritten,
            ChannelPromise promise) {
        promise.addListener(future -> {
            if (future.isSuccess()) {
                headWritten.trySuccess();
            } else {
                headWritten.tryFailure(future.cause());
            }
        });
        ctx.write(
                new DefaultFullHttpResponse(
                        head.protocolVersion(),
                        head.status(),
                        last.content(),
                        head.headers(),
                        EmptyHttpHeaders.INSTANCE),
                promise);
    }
}
