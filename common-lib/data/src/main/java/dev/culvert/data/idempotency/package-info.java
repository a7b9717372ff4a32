/** Repeats the first answer to a POST for callers that send the same Idempotency-Key again. */
@NullMarked
package dev.culvert.data.idempotency;

import org.jspecify.annotations.NullMarked;
