/** Calls to the REST interfaces of the services and to the model server. */
@NullMarked
package dev.whetstone.client.api;

import org.jspecify.annotations.NullMarked;
