package dev.culvert.gateway.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;

/** A client of HTTP/2 that sends what it is told, frame by frame (RFC 9113 §4.1, §6), also what no client should. */
public final class RawHttp2 implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int GOAWAY = 7;
    public static final int CONTINUATION = 9;
    public static final int END_STREAM = 1;
    public static final int END_HEADERS = 4;
    private static final int ACK = 1;

    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();

    /** A frame as it came. */
    public record Frame(int type, int flags, int stream, byte[] payload) {
        public boolean endsStream() {
            return (flags & END_STREAM) != 0;
        }

        /** The 32 bits at a place of the payload, such as an error code. */
        public long number(int at) {
            return Unpooled.wrappedBuffer(payload).getUnsignedInt(at);
        }
    }

    /** Connects and says the preface. */
    public RawHttp2(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        out = new DataOutputStream(socket.getOutputStream());
        in = new DataInputStream(socket.getInputStream());
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(SETTINGS, 0, 0, new byte[0]);
    }

    public void send(int type, int flags, int stream, byte[] payload) throws IOException {
        out.writeByte(payload.length >> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
        out.flush();
    }

    /** Headers of a GET, encoded. */
    public byte[] get(String path, String... fields) {
        return fields("GET", path, fields);
    }

    /** Headers of a request, encoded. */
    public byte[] fields(String method, String path, String... fields) {
        Http2Headers headers = new DefaultHttp2Headers()
                .method(method)
                .scheme("http")
                .authority("gateway.example")
                .path(path);
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        return encoded(headers);
    }

    /** Fields in this order and whatever is in them, encoded; names with a colon are those of the request line. */
    public byte[] unchecked(List<String> namesAndValues) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            headers.add(namesAndValues.get(i), namesAndValues.get(i + 1));
        }
        return encoded(headers);
    }

    private byte[] encoded(Http2Headers headers) {
        ByteBuf encoded = Unpooled.buffer();
        try {
            encoder.encodeHeaders(1, headers, encoded);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        return ByteBufUtil.getBytes(encoded);
    }

    /** The next frame that is neither SETTINGS nor what keeps windows and connections going. */
    public Frame next() throws IOException {
        while (true) {
            int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt() & Integer.MAX_VALUE;
            Frame frame = new Frame(type, flags, stream, in.readNBytes(length));
            if (type == SETTINGS && (flags & ACK) == 0) {
                send(SETTINGS, ACK, 0, new byte[0]);
            } else if (type == DATA || type == HEADERS || type == RST_STREAM || type == GOAWAY) {
                return frame;
            }
        }
    }

    /** The next frame of a kind; those before it are passed over. */
    public Frame next(Predicate<Frame> wanted) throws IOException {
        Frame frame = next();
        while (!wanted.test(frame)) {
            frame = next();
        }
        return frame;
    }

    /** What is in a HEADERS frame; each must be read, in order. */
    public Http2Headers headers(Frame frame) {
        try {
            return decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
