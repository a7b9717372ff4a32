package dev.culvert.testing;

import dev.culvert.testing.TestingOrigin.Request;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/** The server's side of a WebSocket (RFC 6455). Pings are answered while {@link #receive()} waits. */
public final class OriginWebSocket implements AutoCloseable {
    private static final String ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    /** A message as received. */
    public static final class Message {
        private final boolean binary;
        private final byte[] data;

        private Message(boolean binary, byte[] data) {
            this.binary = binary;
            this.data = data;
        }

        public boolean binary() {
            return binary;
        }

        public byte[] data() {
            return data.clone();
        }

        /** The bytes as UTF-8. */
        public String text() {
            return new String(data, StandardCharsets.UTF_8);
        }
    }

    private record Frame(boolean last, int opcode, ByteBuffer payload) {}

    private final DataInputStream in;
    private final DataOutputStream out;
    private boolean closeSent;

    private OriginWebSocket(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = new DataOutputStream(out);
    }

    static OriginWebSocket accept(Request request, InputStream in, OutputStream out) throws IOException {
        String protocols = request.header("sec-websocket-protocol");
        String head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + acceptKey(request.header("sec-websocket-key")) + "\r\n"
                + (protocols.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + protocols.split(",", 2)[0].trim() + "\r\n")
                + "\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return new OriginWebSocket(in, out);
    }

    /** The next message; empty when the client has closed. */
    public Optional<Message> receive() throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        boolean binary = false;
        while (true) {
            Frame frame = readFrame();
            switch (frame.opcode()) {
                case PING -> writeFrame(PONG, frame.payload().array());
                case PONG -> {}
                case CLOSE -> {
                    sendClose(frame.payload().array());
                    return Optional.empty();
                }
                case TEXT, BINARY, CONTINUATION -> {
                    binary |= frame.opcode() == BINARY;
                    data.write(frame.payload().array());
                    if (frame.last()) {
                        return Optional.of(new Message(binary, data.toByteArray()));
                    }
                }
                default -> throw new IOException("Unknown opcode " + frame.opcode());
            }
        }
    }

    public void send(String text) throws IOException {
        writeFrame(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public void send(byte[] data) throws IOException {
        writeFrame(BINARY, data);
    }

    /** Closes with status 1000. */
    @Override
    public void close() throws IOException {
        sendClose(new byte[] {3, (byte) 0xe8});
    }

    private void sendClose(byte[] payload) throws IOException {
        if (!closeSent) {
            closeSent = true;
            writeFrame(CLOSE, payload);
        }
    }

    private Frame readFrame() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        long length = switch (second & 0x7f) {
            case 126 -> in.readUnsignedShort();
            case 127 -> in.readLong();
            default -> second & 0x7f;
        };
        byte[] mask = in.readNBytes((second & 0x80) == 0 ? 0 : 4);
        byte[] payload = in.readNBytes(Math.toIntExact(length));
        if (payload.length < length) {
            throw new EOFException("Client went away inside a frame");
        }
        for (int i = 0; i < payload.length && mask.length > 0; i++) {
            payload[i] ^= mask[i % 4];
        }
        return new Frame((first & 0x80) != 0, first & 0x0f, ByteBuffer.wrap(payload));
    }

    private void writeFrame(int opcode, byte[] payload) throws IOException {
        synchronized (out) {
            out.writeByte(0x80 | opcode);
            if (payload.length < 126) {
                out.writeByte(payload.length);
            } else if (payload.length < 65_536) {
                out.writeByte(126);
                out.writeShort(payload.length);
            } else {
                out.writeByte(127);
                out.writeLong(payload.length);
            }
            out.write(payload);
            out.flush();
        }
    }

    private static String acceptKey(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_SALT).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
