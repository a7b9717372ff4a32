/** Short HTTP calls with JSON answers, to local services and to the gateway; what a tunnel carries goes another way. */
@NullMarked
package dev.culvert.agent.call;

import org.jspecify.annotations.NullMarked;
