/** Domain events as they stand on the Kafka topics: records, CloudEvents envelope, catalogue and JSON Schemas. */
@NullMarked
package dev.culvert.contracts.event;

import org.jspecify.annotations.NullMarked;
