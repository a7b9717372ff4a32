package dev.culvert.tunnel.history;

import io.swagger.v3.oas.annotations.media.Schema;

/**
 * What became of a reported event.
 *
 * @param counted false when an event of this id had been counted before
 */
record ReportedEventResponse(@Schema(example = "evt-1") String eventId, boolean counted) {}
