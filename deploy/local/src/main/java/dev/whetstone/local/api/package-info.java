/** Calls to the services' REST interfaces and to the model server. */
@NullMarked
package dev.whetstone.local.api;

import org.jspecify.annotations.NullMarked;
