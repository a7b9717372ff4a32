/** How somebody likes the suite to look and to notify. */
@NullMarked
package dev.culvert.user.preference;

import org.jspecify.annotations.NullMarked;
