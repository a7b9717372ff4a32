/** Why a tunnel does not do what it should: its states and connections over time, failed requests, and where the time goes. */
@NullMarked
package dev.culvert.tunnel.diagnostics;

import org.jspecify.annotations.NullMarked;
