/** Keeps the calls that rate limits do not bind, for administrators who set them and gateways that follow them. */
@NullMarked
package dev.culvert.admin.exemption;

import org.jspecify.annotations.NullMarked;
