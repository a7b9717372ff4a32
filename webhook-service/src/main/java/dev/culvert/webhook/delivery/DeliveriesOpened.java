package dev.culvert.webhook.delivery;

import java.time.Instant;

/** Deliveries were stored; the earliest is due at {@code firstDueAt}. Published inside the service only. */
record DeliveriesOpened(Instant firstDueAt) {}
