package dev.culvert.gateway.compression;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** Which content types become smaller, with the answer remembered for each. Streams of events never count. */
final class CompressibleTypes {
    /** More are invented than used; those are looked at each time. */
    private static final int REMEMBERED = 200;

    /** Sent event by event to somebody who waits: not worth what holding back a single one costs. */
    private static final List<MediaType> STREAMS = List.of(
            MediaType.TEXT_EVENT_STREAM,
            MediaType.APPLICATION_NDJSON,
            MediaType.valueOf("application/stream+json"),
            MediaType.valueOf("application/json-seq"),
            MediaType.valueOf("application/jsonl"),
            MediaType.valueOf("multipart/*"));

    private final List<MediaType> types;
    private final ConcurrentMap<String, Boolean> known = new ConcurrentHashMap<>();

    CompressibleTypes(List<String> types) {
        this.types = types.stream().map(MediaType::valueOf).toList();
    }

    boolean contain(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        Boolean remembered = known.get(contentType);
        if (remembered != null) {
            return remembered;
        }
        boolean answer = judge(contentType.toLowerCase(Locale.ROOT));
        if (known.size() < REMEMBERED) {
            known.put(contentType, answer);
        }
        return answer;
    }

    private boolean judge(String contentType) {
        try {
            MediaType type = MediaType.valueOf(contentType);
            return STREAMS.stream().noneMatch(stream -> stream.includes(type))
                    && types.stream().anyMatch(compressible -> compressible.includes(type));
        } catch (InvalidMediaTypeException unreadable) {
            return false;
        }
    }
}
