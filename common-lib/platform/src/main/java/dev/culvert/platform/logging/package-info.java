/** One JSON object per log line with the fields every service shares (requirement X-14). */
@NullMarked
package dev.culvert.platform.logging;

import org.jspecify.annotations.NullMarked;
