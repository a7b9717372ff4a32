package dev.culvert.tunnel.inspector;

import io.swagger.v3.oas.annotations.media.Schema;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body as its owner is shown it.
 *
 * @param size bytes that went through, as they went
 * @param complete whether {@code text} is all of it
 * @param unpacked the Content-Encoding that was undone, if one was
 * @param encoding how {@code text} is to be read
 * @param text empty where bodies are not kept
 */
record BodyView(
        @Schema(example = "312") long size,
        boolean complete,
        @Schema(example = "application/json") @Nullable String mediaType,
        @Schema(example = "gzip") @Nullable String unpacked,

        @Schema(allowableValues = {"utf-8", "base64"}) String encoding,

        @Schema(example = "{\"model\":\"llama3\"}") String text) {
    private static final int BUFFER_BYTES = 8192;

    /** A body that was unpacked, or not. */
    private record Unpacked(ByteBuffer bytes, boolean complete) {}

    /**
     * Shows a body, compressed ones unpacked to at most a limit, however much more there may be in them.
     *
     * @param limitBytes most bytes to unpack
     */
    static BodyView of(CapturedBody body, List<Header> headers, int limitBytes) {
        String coding = value(headers, "content-encoding");
        String mediaType = value(headers, "content-type");
        if (coding != null && body.kept().length > 0) {
            Unpacked unpacked = unpack(body, coding.strip().toLowerCase(Locale.ROOT), limitBytes);
            if (unpacked != null) {
                return shown(body.size(), unpacked.complete, mediaType, coding, unpacked.bytes);
            }
        }
        return shown(body.size(), body.isWhole(), mediaType, null, ByteBuffer.wrap(body.kept()));
    }

    private static BodyView shown(
            long size, boolean complete, @Nullable String mediaType, @Nullable String unpacked, ByteBuffer bytes) {
        return text(bytes.duplicate(), complete)
                .map(text -> new BodyView(size, complete, mediaType, unpacked, "utf-8", text))
                .orElseGet(() -> {
                    String text = StandardCharsets.ISO_8859_1
                            .decode(Base64.getEncoder().encode(bytes.duplicate()))
                            .toString();
                    return new BodyView(size, complete, mediaType, unpacked, "base64", text);
                });
    }

    /** The bytes as text, if they are some. What was cut off may end within a character, which then is left out. */
    private static Optional<String> text(ByteBuffer bytes, boolean complete) {
        CharBuffer text = CharBuffer.allocate(bytes.remaining());
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = decoder.decode(bytes, text, complete);
        return result.isError() ? Optional.empty() : Optional.of(text.flip().toString());
    }

    /** Null for a coding that is not known here, and for bytes that are not what the coding says. */
    private static @Nullable Unpacked unpack(CapturedBody body, String coding, int limitBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean all = false;
        try (InputStream in = unpacking(coding, new ByteArrayInputStream(body.kept()))) {
            if (in == null) {
                return null;
            }
            byte[] buffer = new byte[BUFFER_BYTES];
            while (out.size() < limitBytes && !all) {
                int read = in.read(buffer, 0, Math.min(buffer.length, limitBytes - out.size()));
                all = read < 0;
                out.write(buffer, 0, Math.max(0, read));
            }
        } catch (IOException _) {
            // Cut off where the copy ends, or not what it says; what came out so far is shown.
            if (out.size() == 0) {
                return null;
            }
        }
        return new Unpacked(ByteBuffer.wrap(out.toByteArray()), all && body.isWhole());
    }

    private static @Nullable InputStream unpacking(String coding, InputStream in) throws IOException {
        return switch (coding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(in);
            case "deflate" -> new InflaterInputStream(in);
            default -> null;
        };
    }

    private static @Nullable String value(List<Header> headers, String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst()
                .orElse(null);
    }
}
