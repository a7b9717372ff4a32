/** Who may call what: every endpoint declares its access, and what declares none is refused. */
@NullMarked
package dev.culvert.platform.access;

import org.jspecify.annotations.NullMarked;
