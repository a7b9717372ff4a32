/** Who may do what with a tunnel, decided in one place for the API and the data port, and who did. */
@NullMarked
package dev.culvert.tunnel.access;

import org.jspecify.annotations.NullMarked;
