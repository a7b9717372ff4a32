package dev.culvert.gateway.compression;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.zip.DeflaterOutputStream;
import org.springframework.http.HttpHeaders;

/** Content that many ask for and that rarely changes: compressed once, not for each of them. */
public final class PackedContent {
    private static final int BEST = 9;

    private final byte[] plain;
    private final String eTag;
    private final ConcurrentMap<Coding, byte[]> packed = new ConcurrentHashMap<>();

    /** Content as it is. */
    public PackedContent(byte[] plain) {
        this.plain = plain.clone();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
            eTag = "W/\"" + HexFormat.of().formatHex(digest, 0, 16) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** A weak validator, the same for all codings. */
    public String eTag() {
        return eTag;
    }

    /**
     * The content as one client wants it.
     *
     * @param coding for {@code Content-Encoding}; empty when the bytes are plain
     */
    public record Chosen(byte[] bytes, Optional<String> coding) {}

    /** Chooses by the request's {@code Accept-Encoding}. */
    public Chosen choose(HttpHeaders request) {
        return Coding.preferred(request.getOrEmpty(HttpHeaders.ACCEPT_ENCODING))
                .map(coding -> new Chosen(packed.computeIfAbsent(coding, this::pack), Optional.of(coding.token())))
                .orElseGet(() -> new Chosen(plain, Optional.empty()));
    }

    private byte[] pack(Coding coding) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(plain.length / 3);
        try (DeflaterOutputStream out = coding.compress(bytes, BEST)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory refused a write", e);
        }
        return bytes.toByteArray();
    }
}
