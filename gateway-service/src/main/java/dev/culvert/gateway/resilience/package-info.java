/** What keeps one failing service from failing everybody: breakers, bulkheads and careful repetition. */
@NullMarked
package dev.culvert.gateway.resilience;

import org.jspecify.annotations.NullMarked;
