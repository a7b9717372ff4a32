/** The only way out to addresses that users give: checked, pinned, bounded in time and size (requirement R10.1). */
@NullMarked
package dev.culvert.platform.outbound;

import org.jspecify.annotations.NullMarked;
