/** What the agent shows of itself on this machine: a page, its data as JSON, and metrics. */
@NullMarked
package dev.culvert.agent.status;

import org.jspecify.annotations.NullMarked;
