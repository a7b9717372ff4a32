package dev.culvert.tunnel.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Compresses one answer for a caller that accepts it, where the tunnel's configuration wants that (requirement R4.3). Only
 * what says its length beforehand and is text: a stream has no length, so it is never held up, and each piece that arrives
 * is passed on complete. Used by one event loop.
 */
final class AnswerCompression {
    private static final long SMALLEST = 1024;

    /** Larger ones would keep an event loop busy for too long. */
    private static final long LARGEST = 8L << 20;

    private static final int BUFFER_BYTES = 8192;
    private static final Set<String> TYPES = Set.of(
            "application/json",
            "application/javascript",
            "application/xml",
            "application/xhtml+xml",
            "application/manifest+json",
            "application/problem+json",
            "image/svg+xml");

    private final Target target = new Target();
    private final GZIPOutputStream gzip;

    private AnswerCompression() {
        try {
            gzip = new GZIPOutputStream(target, BUFFER_BYTES, true);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory does not fail to be written to", e);
        }
    }

    /** Begins if request and answer are such that it is wanted, and then says so in the answer's headers. */
    static @Nullable AnswerCompression begin(HttpRequest request, HttpResponse response) {
        HttpHeaders headers = response.headers();
        if (!isWorthIt(request, response)) {
            return null;
        }
        headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
        if (!accepted(request)) {
            return null;
        }
        headers.set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP)
                .remove(HttpHeaderNames.CONTENT_LENGTH)
                .remove(HttpHeaderNames.ACCEPT_RANGES)
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        String tag = headers.get(HttpHeaderNames.ETAG);
        if (tag != null && tag.startsWith("\"")) {
            // Other bytes than those the strong validator is for (RFC 9110 §8.8.1).
            headers.set(HttpHeaderNames.ETAG, "W/" + tag);
        }
        return new AnswerCompression();
    }

    private static boolean isWorthIt(HttpRequest request, HttpResponse response) {
        HttpHeaders headers = response.headers();
        long length = HttpUtil.getContentLength(response, -1L);
        return response.status().equals(HttpResponseStatus.OK)
                && !HttpMethod.HEAD.equals(request.method())
                && request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0
                && length >= SMALLEST
                && length <= LARGEST
                && !headers.contains(HttpHeaderNames.CONTENT_ENCODING)
                && headers.getAll(HttpHeaderNames.CACHE_CONTROL).stream()
                        .noneMatch(value -> AsciiString.containsIgnoreCase(value, HttpHeaderValues.NO_TRANSFORM))
                && isText(headers.get(HttpHeaderNames.CONTENT_TYPE, ""));
    }

    private static boolean isText(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .trim()
                .toLowerCase(Locale.ROOT);
        return TYPES.contains(type) || (type.startsWith("text/") && !type.equals("text/event-stream"));
    }

    private static boolean accepted(HttpRequest request) {
        for (String value : request.headers().getAll(HttpHeaderNames.ACCEPT_ENCODING)) {
            for (String coding : value.split(",", -1)) {
                String wish = coding.replace(" ", "").toLowerCase(Locale.ROOT);
                if (wish.equals("gzip") || (wish.startsWith("gzip;q=") && !wish.matches("gzip;q=0(\\.0*)?"))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Takes a piece and gives what the caller needs to read all of it; the caller releases the result. */
    ByteBuf add(ByteBufAllocator memory, ByteBuf piece, boolean last) {
        ByteBuf packed = memory.buffer(Math.max(64, piece.readableBytes() / 2));
        target.into(packed);
        try {
            piece.readBytes(gzip, piece.readableBytes());
            if (last) {
                gzip.close();
            } else {
                gzip.flush();
            }
            return packed;
        } catch (IOException e) {
            packed.release();
            throw new UncheckedIOException("Memory does not fail to be written to", e);
        } finally {
            target.buffer = null;
            piece.release();
        }
    }

    /** Frees what the compression holds when the answer is broken off. */
    void end() {
        try {
            gzip.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory does not fail to be written to", e);
        }
    }

    /** Writes to the piece at hand; without one, what comes after the head of the format is of a broken answer and lost. */
    private static final class Target extends OutputStream {
        private final ByteArrayOutputStream head = new ByteArrayOutputStream();
        private @Nullable ByteBuf buffer;

        void into(ByteBuf next) {
            next.writeBytes(head.toByteArray());
            head.reset();
            buffer = next;
        }

        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            ByteBuf piece = buffer;
            if (piece == null) {
                head.write(bytes, offset, length);
            } else {
                piece.writeBytes(bytes, offset, length);
            }
        }
    }
}
