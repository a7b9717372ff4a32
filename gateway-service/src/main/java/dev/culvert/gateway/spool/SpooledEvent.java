package dev.culvert.gateway.spool;

import dev.culvert.contracts.event.EventHeaders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * An event as it waits on disk: what its Kafka record will be. In a file each stands behind the other as length (4 bytes),
 * CRC-32C of the content (4 bytes) and content, numbers big-endian. The content is the topic, the key, the number of headers,
 * each header's name and value, and the rest is the record's value; texts in {@link DataOutputStream#writeUTF}.
 *
 * @param headers CloudEvents attributes by the names of {@link EventHeaders}
 * @param data JSON
 */
record SpooledEvent(String topic, String key, Map<String, String> headers, byte[] data) {
    private static final int HEAD = 8;

    /** Attributes every event of the gateway has. */
    static Map<String, String> headers(
            UUID id,
            String type,
            String subject,
            Instant time,
            @Nullable UUID tenantId,
            @Nullable UUID actorId,
            String correlationId,
            String traceparent) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(EventHeaders.SPEC_VERSION, EventHeaders.SPEC_VERSION_1_0);
        headers.put(EventHeaders.ID, id.toString());
        headers.put(EventHeaders.TYPE, type);
        headers.put(EventHeaders.SOURCE, "/gateway-service");
        headers.put(EventHeaders.SUBJECT, subject);
        headers.put(EventHeaders.TIME, time.toString());
        headers.put(EventHeaders.CORRELATION_ID, correlationId);
        headers.put(EventHeaders.TRACEPARENT, traceparent);
        headers.put(EventHeaders.CONTENT_TYPE, EventHeaders.JSON);
        if (tenantId != null) {
            headers.put(EventHeaders.TENANT_ID, tenantId.toString());
        }
        if (actorId != null) {
            headers.put(EventHeaders.ACTOR_ID, actorId.toString());
        }
        return headers;
    }

    ProducerRecord<String, byte[]> toRecord() {
        var record = new ProducerRecord<>(topic, key, data);
        headers.forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    /** Adds the event to what is about to be written. */
    void writeTo(ByteArrayOutputStream file) {
        byte[] content = content();
        byte[] head = ByteBuffer.allocate(HEAD)
                .putInt(content.length)
                .putInt(checksum(content))
                .array();
        file.writeBytes(head);
        file.writeBytes(content);
    }

    private byte[] content() {
        var bytes = new ByteArrayOutputStream(data.length + 512);
        try (var out = new DataOutputStream(bytes)) {
            out.writeUTF(topic);
            out.writeUTF(key);
            out.writeShort(headers.size());
            for (Map.Entry<String, String> header : headers.entrySet()) {
                out.writeUTF(header.getKey());
                out.writeUTF(header.getValue());
            }
            out.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /**
     * The next event of a file, or null at its end: also where the next one is incomplete or damaged, as a crash leaves it. The
     * position is then in front of it.
     */
    static @Nullable SpooledEvent next(ByteBuffer file) {
        int start = file.position();
        if (file.remaining() >= HEAD) {
            int length = file.getInt();
            int expected = file.getInt();
            if (length > 0 && length <= file.remaining()) {
                byte[] content = new byte[length];
                file.get(content);
                if (checksum(content) == expected) {
                    return read(content);
                }
            }
        }
        file.position(start);
        return null;
    }

    private static int checksum(byte[] content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        return (int) checksum.getValue();
    }

    private static SpooledEvent read(byte[] content) {
        var bytes = new ByteArrayInputStream(content);
        try (var in = new DataInputStream(bytes)) {
            String topic = in.readUTF();
            String key = in.readUTF();
            Map<String, String> headers = new LinkedHashMap<>();
            for (int left = in.readShort(); left > 0; left--) {
                headers.put(in.readUTF(), in.readUTF());
            }
            return new SpooledEvent(topic, key, headers, bytes.readAllBytes()); // knows how many are left
        } catch (IOException e) {
            throw new UncheckedIOException("What has the right checksum was written here", e);
        }
    }
}
