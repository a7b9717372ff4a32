/** Stories over the real processes of the suite, told from outside: HTTP, Kafka, mail, and {@code kill -9}. */
@NullMarked
package dev.culvert.e2e;

import org.jspecify.annotations.NullMarked;
