/** Several agents in one process: starting what is new, leaving alone what is unchanged, ending what is gone. */
@NullMarked
package dev.culvert.agent.running;

import org.jspecify.annotations.NullMarked;
