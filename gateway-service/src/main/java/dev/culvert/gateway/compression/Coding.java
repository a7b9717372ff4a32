package dev.culvert.gateway.compression;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** A content coding the gateway can apply (RFC 9110 §8.4.1). */
enum Coding {
    GZIP("gzip"),
    /** The zlib format, which the standard calls deflate. */
    DEFLATE("deflate");

    private static final int BUFFER = 4096;

    private final String token;

    Coding(String token) {
        this.token = token;
    }

    /** Its name in headers. */
    String token() {
        return token;
    }

    /** A stream that compresses into {@code target}; a flush sends out all that was written. */
    DeflaterOutputStream compress(OutputStream target, int level) throws IOException {
        return switch (this) {
            case GZIP -> new Gzip(target, level);
            case DEFLATE -> new Zlib(target, level);
        };
    }

    /**
     * The coding the client likes best, gzip before deflate; empty when it likes the plain answer as much or better. A
     * coding with weight 0 is refused, {@code *} stands for those that are not named (RFC 9110 §12.5.3).
     */
    static Optional<Coding> preferred(List<String> acceptEncoding) {
        if (acceptEncoding.isEmpty()) {
            return Optional.empty();
        }
        double any = -1;
        double gzip = -1;
        double deflate = -1;
        double identity = -1;
        for (String header : acceptEncoding) {
            for (String element : header.split(",", -1)) {
                String[] parts = element.split(";", -1);
                double weight = weight(parts);
                switch (parts[0].strip().toLowerCase(Locale.ROOT)) {
                    case "gzip", "x-gzip" -> gzip = weight;
                    case "deflate" -> deflate = weight;
                    case "identity" -> identity = weight;
                    case "*" -> any = weight;
                    default -> {
                        // a coding that is not spoken here
                    }
                }
            }
        }
        double ofGzip = gzip >= 0 ? gzip : any;
        double ofDeflate = deflate >= 0 ? deflate : any;
        double best = Math.max(ofGzip, ofDeflate);
        if (best <= 0 || identity > best) {
            return Optional.empty();
        }
        return Optional.of(ofGzip >= ofDeflate ? GZIP : DEFLATE);
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().toLowerCase(Locale.ROOT);
            if (parameter.startsWith("q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2).strip());
                } catch (NumberFormatException notAWeight) {
                    return 0; // who cannot say how much it is wanted gets the plain answer
                }
            }
        }
        return 1;
    }

    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream target, int level) throws IOException {
            super(target, BUFFER, true);
            def.setLevel(level);
        }
    }

    private static final class Zlib extends DeflaterOutputStream {
        Zlib(OutputStream target, int level) {
            super(target, new Deflater(level), BUFFER, true);
        }

        @Override
        public void close() throws IOException {
            try {
                super.close();
            } finally {
                def.end(); // a deflater that was handed in is not the stream's to end
            }
        }
    }
}
