/** PostgreSQL, Redis and Kafka as durable local servers. */
@NullMarked
package dev.culvert.runner.store;

import org.jspecify.annotations.NullMarked;
