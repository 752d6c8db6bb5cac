/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The only form of a signature in XML that is taken, held against our own strict reader's tree
 * before any other library sees the document.  What is not in it has no place to stand: no
 * Object or Manifest, no second Reference, none to a part of the document or to elsewhere, no
 * XPath or XSLT, no HMAC or SHA-1, no key but that of a certificate.
 *
 *     Signature
 *         SignedInfo
 *             CanonicalizationMethod  SignatureMethod
 *             Reference URI=""
 *                 Transforms: enveloped-signature, and perhaps a canonical form
 *                 DigestMethod  DigestValue
 *         SignatureValue
 *         KeyInfo: X509Data: X509Certificate... */
#include "submit/signature_parts.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"
#define MAX_CHILDREN 3

/* Canonical forms without comments: what a comment says is signed by none of them, and read by
 * nobody. */
static const char *const canonical_forms[] = {"http://www.w3.org/2006/12/xml-c14n11",
                                              "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
                                              EXCLUSIVE, NULL};
static const char *const rsa_methods[] = {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                                          "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
                                          "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
                                          NULL};
static const char *const ecdsa_methods[] = {
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", NULL};
static const char *const digests[] = {"http://www.w3.org/2001/04/xmlenc#sha256",
                                      "http://www.w3.org/2001/04/xmldsig-more#sha384",
                                      "http://www.w3.org/2001/04/xmlenc#sha512", NULL};
static const char *const enveloped[] = {DSIG "enveloped-signature", NULL};

static bool is_of(const struct comity_node *node, const char *ns, const char *name)
{
    return node->kind == COMITY_NODE_ELEMENT && node->ns && strcmp(node->ns, ns) == 0 &&
           node_is_named(node, name);
}

size_t signature_form_count(const struct tree *tree, uint32_t *first, uint32_t *of_root)
{
    size_t count = 0;
    *first = *of_root = 0;
    for (uint32_t i = 1; i < tree->count; i++)
        if (is_of(tree_node(tree, i), DSIG, "Signature")) {
            *first = *first ? *first : i;
            count++;
        }
    for (uint32_t i = tree_node(tree, 1)->first; i; i = tree_node(tree, i)->next)
        if (is_of(tree_node(tree, i), DSIG, "Signature"))
            *of_root = i;
    return count;
}

/* --- parts */

static comity_status wrong_form(const struct signature_check *check, uint32_t node,
                                const char *what)
{
    return check_fail(check, node, "signature.form", "docs/submit.md shows the form",
                      "the signature does not have the form that is taken: %s", what);
}

/* An element's attributes: of its own, and none but these. */
static comity_status check_attributes(const struct signature_check *check, uint32_t parent,
                                      const char *allowed)
{
    for (uint32_t i = tree_node(check->tree, parent)->first; i;
         i = tree_node(check->tree, i)->next) {
        const struct comity_node *node = tree_node(check->tree, i);
        bool is_known = !node->ns && (node_is_named(node, "Id") ||
                                      (allowed && node_is_named(node, allowed)));
        if (node->kind == COMITY_NODE_ATTRIBUTE && !is_known)
            return wrong_form(check, i, "an attribute that has no place there");
    }
    return COMITY_OK;
}

/* The child elements of an element: these and no others, in their order, and no text. */
static comity_status take_children(const struct signature_check *check, uint32_t parent,
                                   const char *const *names, uint32_t found[MAX_CHILDREN])
{
    size_t count = 0;
    uint32_t i = tree_node(check->tree, parent)->first;
    for (; i; i = tree_node(check->tree, i)->next) {
        const struct comity_node *node = tree_node(check->tree, i);
        if (node->kind == COMITY_NODE_ATTRIBUTE)
            continue;
        if (!names[count] || !is_of(node, DSIG, names[count]))
            return wrong_form(check, i, "something else stands here, or in another order");
        found[count++] = i;
    }
    return names[count] ? wrong_form(check, parent, "something is missing here") : COMITY_OK;
}

static const struct comity_node *attribute(const struct tree *tree, uint32_t parent,
                                           const char *name)
{
    for (uint32_t i = tree_node(tree, parent)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        if (node->kind == COMITY_NODE_ATTRIBUTE && !node->ns && node_is_named(node, name))
            return node;
    }
    return NULL;
}

static bool is_one_of(const struct comity_node *node, const char *const *names)
{
    for (size_t i = 0; node && names[i]; i++)
        if (node_says(node, names[i]))
            return true;
    return false;
}

static bool has_inside(const struct tree *tree, uint32_t parent)
{
    const struct comity_node *node = tree_node(tree, parent);
    for (uint32_t i = node->first; i; i = tree_node(tree, i)->next)
        if (tree_node(tree, i)->kind != COMITY_NODE_ATTRIBUTE)
            return true;
    return node->text && node->text_len;
}

/* The prefixes that exclusive C14N is to treat as C14N does. */
static bool is_prefix_list(const struct tree *tree, uint32_t method)
{
    uint32_t inside = tree_node(tree, method)->first, found = 0;
    for (uint32_t i = inside; i; i = tree_node(tree, i)->next)
        if (tree_node(tree, i)->kind != COMITY_NODE_ATTRIBUTE) {
            if (found || !is_of(tree_node(tree, i), EXCLUSIVE, "InclusiveNamespaces"))
                return false;
            found = i;
        }
    return found && attribute(tree, found, "PrefixList") && !has_inside(tree, found) &&
           tree_node(tree, found)->count == 1;
}

/* An element that names an algorithm: one of these, and nothing inside. */
static comity_status check_algorithm(const struct signature_check *check, uint32_t node,
                                     const char *const *known)
{
    const struct comity_node *named = attribute(check->tree, node, "Algorithm");
    comity_status status = check_attributes(check, node, "Algorithm");
    if (status != COMITY_OK)
        return status;
    if (!is_one_of(named, known))
        return check_fail(check, node, "signature.algorithm",
                          "docs/submit.md lists those that are",
                          "the algorithm %.*s is not taken here",
                          named ? (int)(named->text_len < 200 ? named->text_len : 200) : 4,
                          named ? named->text : "none");
    bool is_plain = !has_inside(check->tree, node) ||
                    (node_says(named, EXCLUSIVE) && is_prefix_list(check->tree, node));
    return is_plain ? COMITY_OK : wrong_form(check, node, "an algorithm with parameters");
}

/* Base64 in its one way of writing. */
static comity_status check_value(const struct signature_check *check, uint32_t node)
{
    const struct comity_node *value = tree_node(check->tree, node);
    struct buffer bytes;
    buffer_init(&bytes, SIGNATURE_CERTIFICATE_BYTES);
    bool is_good =
        value->text && base64_take(&bytes, value->text, value->text_len, false) && bytes.size;
    buffer_free(&bytes);
    return is_good ? check_attributes(check, node, NULL)
                   : wrong_form(check, node, "this is not base64 as it is written here");
}

/* --- from the outside in */

static comity_status check_transforms(const struct signature_check *check, uint32_t transforms)
{
    static const char *const one[] = {"Transform", NULL};
    static const char *const two[] = {"Transform", "Transform", NULL};
    uint32_t found[MAX_CHILDREN] = {0}, elements = 0;
    for (uint32_t i = tree_node(check->tree, transforms)->first; i;
         i = tree_node(check->tree, i)->next)
        elements += tree_node(check->tree, i)->kind != COMITY_NODE_ATTRIBUTE;
    comity_status status = take_children(check, transforms, elements == 1 ? one : two, found);
    if (status == COMITY_OK)
        status = check_attributes(check, transforms, NULL);
    if (status == COMITY_OK)
        status = check_algorithm(check, found[0], enveloped);
    if (status == COMITY_OK && elements == 2)
        status = check_algorithm(check, found[1], canonical_forms);
    return status;
}

static comity_status check_reference(const struct signature_check *check,
                                     struct signature_form *form)
{
    static const char *const parts[] = {"Transforms", "DigestMethod", "DigestValue", NULL};
    uint32_t found[MAX_CHILDREN] = {0};
    const struct comity_node *uri = attribute(check->tree, form->reference, "URI");
    if (!uri || uri->text_len)
        return check_fail(check, form->reference, "signature.reference",
                          "only a signature over the whole document counts: URI=\"\"",
                          "the signature covers something else than this document");
    comity_status status = check_attributes(check, form->reference, "URI");
    if (status == COMITY_OK)
        status = take_children(check, form->reference, parts, found);
    if (status == COMITY_OK)
        status = check_transforms(check, found[0]);
    if (status == COMITY_OK)
        status = check_algorithm(check, found[1], digests);
    form->digest = found[2];
    return status == COMITY_OK ? check_value(check, found[2]) : status;
}

static comity_status check_signed_info(const struct signature_check *check, uint32_t info,
                                       struct signature_form *form)
{
    static const char *const parts[] = {"CanonicalizationMethod", "SignatureMethod",
                                        "Reference", NULL};
    uint32_t found[MAX_CHILDREN] = {0};
    comity_status status = take_children(check, info, parts, found);
    if (status == COMITY_OK)
        status = check_attributes(check, info, NULL);
    if (status == COMITY_OK)
        status = check_algorithm(check, found[0], canonical_forms);
    form->method = found[1];
    form->reference = found[2];
    if (status != COMITY_OK)
        return status;
    form->is_rsa = is_one_of(attribute(check->tree, found[1], "Algorithm"), rsa_methods);
    status = check_algorithm(check, found[1], form->is_rsa ? rsa_methods : ecdsa_methods);
    return status == COMITY_OK ? check_reference(check, form) : status;
}

/* What a certificate says of itself is passed over where it stands beside it. */
static bool is_beside(const struct comity_node *node)
{
    return is_of(node, DSIG, "X509SubjectName") || is_of(node, DSIG, "X509IssuerSerial") ||
           is_of(node, DSIG, "X509SKI");
}

static comity_status take_certificates(struct signature_check *check, uint32_t key_info)
{
    static const char *const parts[] = {"X509Data", NULL};
    uint32_t found[MAX_CHILDREN] = {0};
    comity_status status = take_children(check, key_info, parts, found);
    if (status != COMITY_OK)
        return status;
    for (uint32_t i = tree_node(check->tree, found[0])->first; i && status == COMITY_OK;
         i = tree_node(check->tree, i)->next) {
        const struct comity_node *node = tree_node(check->tree, i);
        if (is_of(node, DSIG, "X509Certificate"))
            status = check_take_certificate(check, i, node->text, node->text_len);
        else if (!is_beside(node))
            status = wrong_form(check, i, "something else than a certificate says the key");
    }
    return status;
}

static comity_status find_signature(const struct signature_check *check, uint32_t *signature)
{
    uint32_t first = 0;
    size_t count = signature_form_count(check->tree, &first, signature);
    if (!count)
        return check_fail(check, 0, "signature.missing", NULL, "the document has no signature");
    if (count > 1)
        return wrong_form(check, first, "there is more than one");
    return *signature ? COMITY_OK
                      : wrong_form(check, first, "it does not stand directly below the root");
}

comity_status signature_form_check(struct signature_check *check, struct signature_form *form)
{
    static const char *const parts[] = {"SignedInfo", "SignatureValue", "KeyInfo", NULL};
    uint32_t found[MAX_CHILDREN] = {0};
    *form = (struct signature_form){.signature = 0};
    comity_status status = find_signature(check, &form->signature);
    if (status == COMITY_OK)
        status = take_children(check, form->signature, parts, found);
    if (status == COMITY_OK)
        status = check_attributes(check, form->signature, NULL);
    if (status == COMITY_OK)
        status = check_signed_info(check, found[0], form);
    form->value = found[1];
    form->key_info = found[2];
    if (status == COMITY_OK)
        status = check_value(check, form->value);
    return status == COMITY_OK ? take_certificates(check, form->key_info) : status;
}

/* --- whether two trees say the same */

static bool same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && (!a_len || memcmp(a, b, a_len) == 0);
}

static bool same_name(const struct comity_node *a, const struct comity_node *b)
{
    bool same_ns = a->ns && b->ns ? strcmp(a->ns, b->ns) == 0 : a->ns == b->ns;
    return same_ns && a->kind == b->kind &&
           same_text(a->name, a->name_len, b->name, b->name_len);
}

/* The canonical form puts attributes into an order of its own. */
static bool has_attribute(const struct tree *tree, uint32_t parent,
                          const struct comity_node *wanted)
{
    for (uint32_t i = tree_node(tree, parent)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        if (node->kind != COMITY_NODE_ATTRIBUTE)
            return false;
        if (same_name(node, wanted))
            return same_text(node->text, node->text_len, wanted->text, wanted->text_len);
    }
    return false;
}

bool signature_same_tree(const struct tree *a, uint32_t in_a, const struct tree *b,
                         uint32_t in_b)
{
    const struct comity_node *one = tree_node(a, in_a), *other = tree_node(b, in_b);
    uint32_t i = one->first, j = other->first;
    if (!same_name(one, other) || one->count != other->count ||
        !same_text(one->text, one->text_len, other->text, other->text_len))
        return false;
    for (; i && j; i = tree_node(a, i)->next, j = tree_node(b, j)->next) {
        const struct comity_node *node = tree_node(a, i);
        bool is_same = node->kind == COMITY_NODE_ATTRIBUTE ? has_attribute(b, in_b, node)
                                                           : signature_same_tree(a, i, b, j);
        if (!is_same)
            return false;
    }
    return !i && !j;
}
