"""What people type into the fields of numbers and addresses, and what is kept of it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from app.core import identifiers
from app.core.i18n import in_language
from app.core.identifiers import Malformed

TODAY = date(2026, 11, 23)


def refusal(function, text):
    with pytest.raises(Malformed) as caught:
        function(text)
    with in_language("en"):
        return str(caught.value)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("91110000600037341L", "91110000600037341L"),
        (" 9111 0000 6000 3734 1l ", "91110000600037341L"),
        ("９１１１００００６０００３７３４１Ｌ", "91110000600037341L"),
        ("91110000-600037341-L\u200b", "91110000600037341L"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_credit_code_is_kept_in_one_spelling(typed, kept):
    assert identifiers.normalise_uscc(typed) == kept


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("91110000600037341", "The unified social credit code has 18 characters; this one has 17."),
        ("91110000600037341LL", "The unified social credit code has 18 characters; this one has 19."),
        ("9111000060003734IL", "“I” never occurs"),
        ("9111000060003734国L", "“国” never occurs"),
        ("91110000600037314L", "its last character does not match"),
        ("91A1000060003734XX", "Characters 3 to 8"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_the_reason(typed, why):
    assert why in refusal(identifiers.normalise_uscc, typed)


def test_a_credit_code_tells_where_and_what_its_holder_is():
    rural = "N2330000600037341"
    rural += uscc.calc_check_digit(rural)

    assert identifiers.uscc_region("91330212600037341L") == "330212"
    with in_language("en"):
        assert str(identifiers.uscc_entity("91110000600037341L")) == "Company"
    assert identifiers.normalise_uscc(rural) == rural


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=11, max_size=11), st.data())
def test_every_single_wrong_character_of_a_credit_code_is_noticed(rest, data):
    code = "911100" + rest
    code = code[:2] + "110000" + code[8:17]
    code += uscc.calc_check_digit(code)
    place = data.draw(st.integers(8, 16))
    other = data.draw(st.sampled_from([c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if c != code[place]]))

    assert identifiers.normalise_uscc(code) == code
    with pytest.raises(Malformed):
        identifiers.normalise_uscc(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    ("typed", "kept", "key"),
    [
        ("13812345678", "13812345678", "13812345678"),
        ("138 1234 5678", "13812345678", "13812345678"),
        ("138-1234-5678", "13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678", "13812345678"),
        ("+86 138 1234 5678", "13812345678", "13812345678"),
        ("8613812345678", "13812345678", "13812345678"),
        ("0086-13812345678", "13812345678", "13812345678"),
        ("013812345678", "13812345678", "13812345678"),
        ("057488883321", "0574-88883321", "057488883321"),
        ("(0574)8888 3321", "0574-88883321", "057488883321"),
        ("（０５７４）８８８８３３２１", "0574-88883321", "057488883321"),
        ("+86 (0574) 88883321", "0574-88883321", "057488883321"),
        ("86-574-88883321", "0574-88883321", "057488883321"),
        ("+86 10 8888 3321", "010-88883321", "01088883321"),
        ("010-88883321转801", "010-88883321-801", "01088883321"),
        ("010-88883321 ext. 801", "010-88883321-801", "01088883321"),
        ("010-88883321-801", "010-88883321-801", "01088883321"),
        ("010-88883321 分机：801", "010-88883321-801", "01088883321"),
        ("021-8888-3321", "021-88883321", "02188883321"),
        ("0310-1234567", "0310-1234567", "03101234567"),
        ("4008881234", "400-888-1234", "4008881234"),
        ("400 888 1234 转 2", "400-888-1234-2", "4008881234"),
        ("95588", "95588", "95588"),
        ("+44 20 7946 0958", "+44 20 7946 0958", "442079460958"),
        ("00852 2345 6789", "+852 2345 6789", "85223456789"),
        ("", "", ""),
    ],
)
def test_a_phone_is_kept_in_one_spelling_and_has_one_key(typed, kept, key):
    assert identifiers.normalise_phone(typed) == kept
    assert identifiers.normalise_phone(kept) == kept
    assert identifiers.phone_key(typed) == identifiers.phone_key(kept) == key


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1381234567", "A mobile number has 11 digits; this one has 10."),
        ("138123456789", "A mobile number has 11 digits; this one has 12."),
        ("88883321", "with its area code"),
        ("0574888833", "an area code and 7 or 8 digits"),
        ("0574-8888332", "no landline 0574-8888332"),
        ("13812345678/13912345678", "Enter one phone number here"),
        ("13812345678、13912345678", "Enter one phone number here"),
        ("微信 wx123", "consists of digits"),
        ("123456", "neither a mobile number nor a landline"),
        ("+999 1234", "not a phone number of any country"),
    ],
)
def test_a_wrong_phone_is_refused_with_the_reason(typed, why):
    assert why in refusal(identifiers.normalise_phone, typed)


@given(st.text(max_size=40))
def test_the_key_of_a_phone_never_fails(text):
    assert identifiers.phone_key(text).isdigit() or identifiers.phone_key(text) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("W.Qiang@Hengtai.EXAMPLE", "w.qiang@hengtai.example"),
        ("ｗ＠hengtai.example", "w@hengtai.example"),
        (" <w@hengtai.example>; ", "w@hengtai.example"),
        ("王强 <w@hengtai.example>", "w@hengtai.example"),
        ("王强@恒泰.cn", "王强@恒泰.cn"),
        ("", ""),
    ],
)
def test_an_e_mail_address_is_kept_in_one_spelling(typed, kept):
    assert identifiers.normalise_email(typed) == kept


@pytest.mark.parametrize("typed", ["wang", "wang@", "@hengtai.example", "a@b", "a b@hengtai.example", "a@b@c.example"])
def test_what_is_no_e_mail_address_is_refused(typed):
    assert "e-mail address" in refusal(identifiers.normalise_email, typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.hengtai.example", "https://www.hengtai.example"),
        ("WWW.Hengtai.example/", "https://www.hengtai.example"),
        ("http://hengtai.example/About?x=1#Top", "http://hengtai.example/About?x=1#Top"),
        ("hengtai.example:8080/a", "https://hengtai.example:8080/a"),
        ("恒泰.中国", "https://恒泰.中国"),
        ("", ""),
    ],
)
def test_a_website_is_kept_with_its_scheme(typed, kept):
    assert identifiers.normalise_website(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "javascript://www.example.com/%0aalert(1)",
        "data:text/html,x",
        "ftp://a.example",
        "https://user:secret@a.example",
        "hengtai",
        "a b.example",
        "https://a..example",
        "https://[::1",
        "https://a.example:99999",
    ],
)
def test_what_is_no_website_is_refused(typed):
    assert "is not a web address" in refusal(identifiers.normalise_website, typed)


def test_a_postcode_has_six_digits():
    assert identifiers.normalise_postcode(" ３１５０００ ") == "315000"
    assert refusal(identifiers.normalise_postcode, "31500") == "A postcode has 6 digits."
    assert refusal(identifiers.normalise_postcode, "٣١٥٠٠٠") == "A postcode has 6 digits."


def test_a_bank_account_consists_of_digits():
    assert identifiers.normalise_account("6228 4804 0256 4417") == "6228480402564417"
    assert "consists of digits" in refusal(identifiers.normalise_account, "6228 4804 IBAN")
    assert "this one has 4" in refusal(identifiers.normalise_account, "6228")


def test_a_day_that_has_happened_is_not_in_the_future():
    assert identifiers.check_past(TODAY, today=TODAY) == TODAY
    assert identifiers.check_birthday(None, today=TODAY) is None
    with pytest.raises(Malformed):
        identifiers.check_birthday(date(2026, 11, 24), today=TODAY)
    with pytest.raises(Malformed):
        identifiers.check_birthday(date(1899, 12, 31), today=TODAY)


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (identifiers.mask_phone, "13812345678", "138****5678"),
        (identifiers.mask_phone, "0574-88883321", "0574-****3321"),
        (identifiers.mask_phone, "0574-88883321-801", "0574-****3321"),
        (identifiers.mask_phone, "400-888-1234", "400-****1234"),
        (identifiers.mask_phone, "+44 20 7946 0958", "+44 ****0958"),
        (identifiers.mask_phone, "95588", "****"),
        (identifiers.mask_phone, None, ""),
        (identifiers.mask_email, "wangqiang@hengtai.example", "w****@hengtai.example"),
        (identifiers.mask_email, "not an address", "****"),
        (identifiers.mask_email, "", ""),
        (identifiers.mask_account, "6228480402564417", "6228 **** **** 4417"),
        (identifiers.mask_account, "6228480402", "**** 02"),
        (identifiers.mask_account, "", ""),
    ],
)
def test_a_mask_leaves_enough_to_recognise_and_too_little_to_use(mask, text, shown):
    assert mask(text) == shown
