package dev.culvert.data.idempotency;

import java.util.UUID;

/** What a request with an Idempotency-Key finds. */
sealed interface Claim {

    /** It is the first: process it, then store or release. The id fences it off once another takes over. */
    record First(UUID id) implements Claim {}

    /** The first one is still being processed. */
    record Running() implements Claim {}

    /** The key was used for another body. */
    record OtherRequest() implements Claim {}

    /** The first one's answer. */
    record Answered(StoredAnswer answer) implements Claim {}
}
