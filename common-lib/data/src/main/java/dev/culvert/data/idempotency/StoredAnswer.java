package dev.culvert.data.idempotency;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An answer as it is repeated: status, body, and the two headers that belong to them. */
record StoredAnswer(
        int status, @Nullable String contentType, @Nullable String location, ByteBuffer body) {}
