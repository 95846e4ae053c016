/* SPDX-License-Identifier: MIT */
#include "cdp_internal.h"

/*
 * A record holds private methods as V8 hands them out, behind the internal property
 * [[PrivateMethods]]: an array of objects with `name` and `value`; or, where a capture knows
 * better, among the privates.
 */

static const struct ipm_value *list_of(const struct ipm_object *object)
{
	size_t i;

	for (i = 0; i < object->internal_count; i++)
		if (object->internals[i].value.type == IPM_VALUE_OBJECT &&
		    ipm_str_equal(object->internals[i].name, "[[PrivateMethods]]"))
			return &object->internals[i].value;
	return NULL;
}

bool ipm_has_private_methods(const struct ipm_object *object)
{
	size_t i;

	for (i = 0; i < object->private_count; i++)
		if (ipm_is_private_method(&object->privates[i]))
			return true;
	return list_of(object) != NULL;
}

/* The list's element `number`; *ret_count is their number. False when there is none. */
static bool find_in_list(struct ipm_cdp *cdp, const struct ipm_object *object, uint64_t number,
			 struct ipm_value *ret, uint64_t *ret_count)
{
	const struct ipm_value *list = list_of(object), *element;
	const struct ipm_object *array;
	struct ipm_element_iter it;
	uint64_t index;
	bool found = false;

	*ret_count = 0;
	if (!list || cdp->heap->object(cdp->heap, list->object_id, &array, NULL) != IPM_OK)
		return false;
	ipm_element_iter_init(&it, cdp->heap, array, 0);
	while (ipm_element_iter_next(&it, &index, &element, NULL) == IPM_OK && element) {
		if (element->type == IPM_VALUE_OBJECT && (*ret_count)++ == number) {
			ret->type = IPM_VALUE_OBJECT;
			ret->object_id = element->object_id;
			found = true;
		}
	}
	ipm_element_iter_deinit(&it);
	cdp->heap->release(cdp->heap, array);
	return found;
}

uint64_t ipm_cdp_method_count(struct ipm_cdp *cdp, const struct ipm_object *object)
{
	struct ipm_value unused;
	uint64_t count;
	size_t i;

	(void)find_in_list(cdp, object, UINT64_MAX, &unused, &count);
	for (i = 0; i < object->private_count; i++)
		count += ipm_is_private_method(&object->privates[i]);
	return count;
}

/* `name` and `value` of one element of V8's list. */
static bool read_pair(struct ipm_cdp *cdp, uint64_t id, struct ipm_buf *ret_name,
		      struct ipm_value *ret_function)
{
	const struct ipm_object *pair;
	bool found = false;
	size_t i;

	if (cdp->heap->object(cdp->heap, id, &pair, NULL) != IPM_OK)
		return false;
	for (i = 0; i < pair->property_count; i++) {
		const struct ipm_property *p = &pair->properties[i];

		if (p->value.type == IPM_VALUE_STRING && ipm_str_equal(p->name, "name")) {
			ipm_buf_str(ret_name, p->value.string.str);
		} else if (p->value.type == IPM_VALUE_OBJECT && ipm_str_equal(p->name, "value")) {
			ret_function->type = IPM_VALUE_OBJECT;
			ret_function->object_id = p->value.object_id;
			found = true;
		}
	}
	cdp->heap->release(cdp->heap, pair);
	return found;
}

bool ipm_private_method(struct ipm_cdp *cdp, const struct ipm_object *object, uint64_t number,
			struct ipm_buf *ret_name, struct ipm_value *ret_function)
{
	struct ipm_value pair;
	uint64_t at;
	size_t i;

	if (find_in_list(cdp, object, number, &pair, &at))
		return read_pair(cdp, pair.object_id, ret_name, ret_function);
	for (i = 0; i < object->private_count; i++) {
		const struct ipm_property *p = &object->privates[i];

		if (!ipm_is_private_method(p) || at++ != number)
			continue;
		ipm_buf_str(ret_name, p->name);
		*ret_function = (struct ipm_value){.type = IPM_VALUE_OBJECT,
						   .object_id = p->value.object_id};
		return true;
	}
	return false;
}
