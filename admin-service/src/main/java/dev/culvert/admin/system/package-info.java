/** Asks every service how it fares and shows the answers side by side. */
@NullMarked
package dev.culvert.admin.system;

import org.jspecify.annotations.NullMarked;
