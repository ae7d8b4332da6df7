"""Words of the shop's business, which no manual tells of: prices, orders, other makers."""

from __future__ import annotations

from functools import cache

from aftercare.guidance.terms import terms

_WORDS = {
    "en": """
        price cost cheap expensive discount sale offer promotion instalment pay paypal payment
        card refund money buy purchase sell seller shop store order parcel deliver delivery shipping
        courier track invoice receipt subscription subscribe unsubscribe mail email newsletter
        rent trade reseller dealer job hiring career ceo boss company manager complaint rude
        brand better best compare recommend competitor version colour color black white red pink
        alexa siri google smartthings android iphone
        weather joke poem story news film football capital recipe
        spare replacement available availability appointment tomorrow address
    """,
    "pt": """
        preço custa custar custo barato caro desconto promoção oferta parcelar parcelas pagar pago
        pagamento cartão pix boleto reembolso dinheiro comprar compro compra vender vende vendem
        vendedor loja pedido encomenda entrega entregam entregar frete transportadora rastrear
        rastreio fatura assinatura assinar email newsletter alugar aluga revender
        revendedor emprego currículo contratam salário dono gerente diretor empresa
        marca melhor comparar recomendam concorrente cor preto preta branco vermelha rosa
        alexa siri google android iphone
        chover previsão piada poema história notícia filme jogo time capital receita
        disponível agendar amanhã endereço telefone
    """,
}


def is_shop_word(term: str, language: str) -> bool:
    return term in _terms(language)


@cache
def _terms(language: str) -> frozenset[str]:
    return frozenset(terms(_WORDS[language], language))
