package dev.culvert.gateway.compression;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.DeflaterOutputStream;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Compresses one body, buffer by buffer. Used by one subscriber, in order. */
final class Compressor implements AutoCloseable {
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    private final DeflaterOutputStream deflater;
    private final DataBufferFactory buffers;

    private Compressor(Coding coding, int level, DataBufferFactory buffers) throws IOException {
        this.deflater = coding.compress(compressed, level);
        this.buffers = buffers;
    }

    /**
     * The body compressed.
     *
     * @param eachAtOnce whether what came in one buffer must leave before the next one comes
     */
    static Flux<DataBuffer> compress(
            Flux<? extends DataBuffer> body, Coding coding, int level, DataBufferFactory buffers, boolean eachAtOnce) {
        return Flux.using(
                () -> new Compressor(coding, level, buffers),
                compressor -> body.<DataBuffer>map(buffer -> compressor.add(buffer, eachAtOnce))
                        .concatWith(Mono.fromCallable(compressor::end)),
                Compressor::close);
    }

    /** What is to be sent now, which may be nothing. */
    private DataBuffer add(DataBuffer buffer, boolean atOnce) {
        try {
            int length = buffer.readableByteCount();
            if (length > 0) {
                byte[] plain = new byte[length];
                buffer.read(plain);
                deflater.write(plain);
                if (atOnce) {
                    deflater.flush();
                }
            }
            return taken();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory refused a write", e);
        } finally {
            DataBufferUtils.release(buffer);
        }
    }

    private DataBuffer end() throws IOException {
        deflater.finish();
        return taken();
    }

    private DataBuffer taken() {
        DataBuffer taken = buffers.wrap(compressed.toByteArray());
        compressed.reset();
        return taken;
    }

    /** Gives back the memory outside the heap. */
    @Override
    public void close() {
        try {
            deflater.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory refused a write", e);
        }
    }
}
