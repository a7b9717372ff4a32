/** Whether the gateway and what it depends on can work. */
@NullMarked
package dev.culvert.gateway.health;

import org.jspecify.annotations.NullMarked;
