/** Brings events of the gateway, which has no database, to Kafka by way of a file, so that neither a crash nor Kafka loses them. */
@NullMarked
package dev.culvert.gateway.spool;

import org.jspecify.annotations.NullMarked;
