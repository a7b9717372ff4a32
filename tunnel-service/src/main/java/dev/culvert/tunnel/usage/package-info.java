/** What went through each tunnel, per user and day, and told to the rest of the suite. */
@NullMarked
package dev.culvert.tunnel.usage;

import org.jspecify.annotations.NullMarked;
